"""The orders of tags that are read off their texts; a new one is a module and a line here."""

from collections.abc import Mapping

from imagebot.references.orders import alphabetical, calver, numerical, pep440, semver
from imagebot.references.orders.order import Order

ORDERS: Mapping[str, Order] = {
    order.name: order
    for order in (semver.ORDER, calver.ORDER, pep440.ORDER, numerical.ORDER, alphabetical.ORDER)
}
