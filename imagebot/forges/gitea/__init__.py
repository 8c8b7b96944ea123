"""Gitea and Forgejo, over their REST API ``/api/v1``; where the two differ is said beside the code.

Described by the ``swagger.v1.json`` that every Gitea serves (https://docs.gitea.com/api/), and checked in
the tests against that of 1.27. What it does not say is from the handlers in ``routers/api/v1/repo`` of
Gitea's source.
"""
