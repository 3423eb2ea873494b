{
    "name": "Lifecycle Programs",
    "summary": "Customer lifecycle programs: from events in CRM and sales to mail, "
    "SMS, sales alerts and expiring discounts",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Lifecycle Programs",
    "license": "LGPL-3",
    "depends": [
        "crm",
        "sale_management",
        "sale_loyalty",
        "mass_mailing_sms",
        "survey",
    ],
    "external_dependencies": {"python": ["rule-engine", "jinja2", "phonenumbers"]},
    "data": [
        "security/lifecycle_groups.xml",
        "security/ir.model.access.csv",
        "security/lifecycle_rules.xml",
        "data/lifecycle_stage_data.xml",
        "data/lifecycle_category_data.xml",
        "data/lifecycle_event_type_data.xml",
        "data/ir_cron_data.xml",
    ],
    "application": True,
}
