{
    "name": "Lifecycle Programs: Deliveries",
    "summary": "Deliveries and returns of orders start and end lifecycle programs",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Lifecycle Programs",
    "license": "LGPL-3",
    "depends": ["lifecycle_programs", "sale_stock"],
    "auto_install": True,
}
