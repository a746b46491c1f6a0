"""ARM templates: the expression language, parameters, and the resources of a template."""
