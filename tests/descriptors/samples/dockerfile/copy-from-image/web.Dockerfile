FROM php:8.3.7-fpm-alpine

COPY --from=composer:2.7.6 /usr/bin/composer /usr/local/bin/composer
COPY --from=mlocati/php-extension-installer:2.2.14 /usr/bin/install-php-extensions /usr/local/bin/
RUN install-php-extensions gd intl pdo_mysql

WORKDIR /srv
COPY --chown=www-data:www-data . .
RUN composer install --no-dev --optimize-autoloader
