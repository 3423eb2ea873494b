"""Every menu of the app opens, for each of the three kinds of users."""

from odoo.tests import HttpCase, new_test_user, tagged

from .common import LifecycleCommon

#: Opens every menu of the app and every view behind it. A console error or a dialog
#: that tells of an error fails the test.
OPEN_ALL = """
(async () => {
    const { menu, action } = odoo.__WOWL_DEBUG__.root.env.services;
    const app = menu
        .getApps()
        .find((one) => one.xmlid === "lifecycle_programs.lifecycle_menu_root");
    const leaves = (tree) =>
        tree.childrenTree.length ? tree.childrenTree.flatMap(leaves) : [tree];
    const settled = async () => {
        do {
            await new Promise((resolve) => setTimeout(resolve, 250));
        } while (document.querySelector(".o_loading_indicator, .o_blockUI"));
        const error = document.querySelector(".o_error_dialog");
        if (error) {
            throw new Error(error.innerText);
        }
    };
    const opened = [];
    for (const entry of leaves(menu.getMenuAsTree(app.id))) {
        await menu.selectMenu(entry.id);
        await settled();
        if (!document.querySelector(".o_action_manager > .o_action, .modal form")) {
            throw new Error(`Nothing opened: ${entry.name}`);
        }
        opened.push(entry.xmlid.split(".")[1]);
        const views = document.querySelectorAll(".o_switch_view:not(.active)");
        for (const one of [...views].map((view) => view.className)) {
            const [, type] = one.match(/o_switch_view o_([a-z]+)/);
            document.querySelector(`.o_switch_view.o_${type}`).click();
            await settled();
        }
        if (document.querySelector(".modal")) {
            await action.doAction({ type: "ir.actions.act_window_close" });
        }
    }
    for (const wanted of WANTED) {
        if (!opened.includes(wanted)) {
            throw new Error(`No such menu: ${wanted}`);
        }
    }
    console.log(`Opened ${opened.length} menus`);
    console.log("test successful");
})().catch((error) => console.error(error));
"""


@tagged("lifecycle", "post_install", "-at_install")
class TestMenus(LifecycleCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program = cls.make_program(
            {"type": "sales_alert", "key": "tell", "name": "Tell sales"},
            name="Menu program",
            stage_id=cls.env.ref("lifecycle_programs.lifecycle_stage_prospect").id,
        )
        program._enrol_partners(cls.make_contacts(3), cls.start)
        cls.env["lifecycle.enrolment"]._run_due(cls.start)

    def open_all(self, groups, *wanted):
        """As a new user of these groups; ``wanted`` are menus that have to be there."""
        user = new_test_user(self.env, "lifecycle_menus", f"base.group_user,{groups}")
        code = OPEN_ALL.replace("WANTED", str(list(wanted)))
        self.browser_js(
            "/odoo", code, "odoo.isReady === true", login=user.login, timeout=240
        )

    def test_salesperson(self):
        self.open_all("sales_team.group_sale_salesman", "lifecycle_menu_alerts")

    def test_marketer(self):
        self.open_all(
            "lifecycle_programs.group_lifecycle_marketer",
            "lifecycle_menu_dashboard",
            "lifecycle_menu_report_numbers",
            "lifecycle_menu_facts",
        )

    def test_manager(self):
        self.open_all(
            "lifecycle_programs.group_lifecycle_manager,base.group_system",
            "lifecycle_menu_dashboard",
            "lifecycle_menu_settings",
            "lifecycle_menu_health",
        )
