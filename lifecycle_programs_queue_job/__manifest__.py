{
    "name": "Lifecycle Programs: Job Queue",
    "summary": "Steps and looks of lifecycle programs run as jobs, on many nodes",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "author": "Lifecycle Programs",
    "license": "LGPL-3",
    "depends": ["lifecycle_programs", "queue_job"],
    "data": ["data/queue_job_data.xml"],
    "auto_install": True,
}
