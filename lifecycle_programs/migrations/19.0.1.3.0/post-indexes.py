"""Every step paid for indexes that are the beginning of others."""


def migrate(cr, version):
    cr.execute(
        """
        DROP INDEX IF EXISTS
            lifecycle_enrolment_customer,
            lifecycle_enrolment__program_id_index,
            lifecycle_step_run__program_id_index,
            lifecycle_step_run__partner_id_index
        """
    )
