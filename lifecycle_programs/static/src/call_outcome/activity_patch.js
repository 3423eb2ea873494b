import { Activity } from "@mail/core/common/activity_model";

import { patch } from "@web/core/utils/patch";

// A call that a program asked for is done when somebody has said what came of it.
patch(Activity.prototype, {
    async markAsDone() {
        if (!this.lifecycle_asks_outcome) {
            return super.markAsDone(...arguments);
        }
        const { orm, action } = this.store.env.services;
        const dialog = await orm.call("mail.activity", "action_lifecycle_outcome", [[this.id]], {
            feedback: this.feedback || false,
        });
        await new Promise((resolve) => action.doAction(dialog, { onClose: resolve }));
    },
    async markAsDoneAndScheduleNext() {
        if (!this.lifecycle_asks_outcome) {
            return super.markAsDoneAndScheduleNext(...arguments);
        }
        // What comes next is for the program to say.
        await this.markAsDone();
        return false;
    },
});
