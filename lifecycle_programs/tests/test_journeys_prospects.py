"""Walks by the clock: Content, Ready for sales, Old leads."""

from odoo.tests import tagged

from .journeys_common import JourneyCommon


class ProspectCommon(JourneyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guide = cls.env.ref("lifecycle_programs.lifecycle_content_guide_start")

    def download(self, content=None):
        (content or self.guide)._log_download(self.anna)
        self.work()

    def lead(self, type_="lead", days=0, **values):
        """A lead of Anna's that came in some days ago."""
        now = self.clock()
        self.clock.move_to(self.at(days=-days))
        lead = self.env["crm.lead"].create(
            {
                "name": "Tents for a club",
                "type": type_,
                "partner_id": self.anna.id,
                "user_id": self.salesperson.id,
                **values,
            }
        )
        self.env.flush_all()
        self.env["lifecycle.event"]._flush_pending()
        self.clock.move_to(now)
        return lead


@tagged("lifecycle", "post_install", "-at_install")
class TestContent(ProspectCommon):
    code = "content"

    def titles(self):
        runs = self.enrolment.step_run_ids.filtered("content_id").sorted("visit")
        return runs.content_id.mapped("name")

    def test_guide_to_the_end(self):
        """A downloaded guide brings more on the same topic (R7, R97), as long as there
        is content and time (R8); without any activity it ends in Old leads (R70)."""
        self.publish()
        self.download()
        self.assertWalked(["0 deliver"])
        self.walk_to(days=200)
        self.assertWalked(
            [
                "0 deliver",
                "3 article",
                "10 story",
                "17 guide",
                "31 checklist",
                "52 next",
                "73 next",
                "94 to_old_leads program_not_running",
            ]
        )
        self.assertEnded("ended", "finish")
        titles = self.titles()
        self.assertEqual(titles[0], self.guide.name)
        self.assertEqual(len(titles), len(set(titles)))

    def test_a_click_brings_the_next_sooner(self):
        """While it is warm (R63): three days after a click."""
        self.company.website = "https://www.northwind.example"
        self.publish()
        self.download()
        self.walk_to(days=3)
        self.click("article")
        self.walk_to(days=7)
        self.assertWalked(["0 deliver", "3 article", "6 story"])

    def test_at_most_so_many_mails(self):
        self.publish(max_items=6, quiet_days=1000)
        self.download()
        self.walk_to(days=200)
        self.assertWalked(
            [
                "0 deliver",
                "3 article",
                "10 story",
                "17 guide",
                "31 checklist",
                "52 next",
            ]
        )

    def test_quotation_is_the_goal(self):
        self.publish()
        self.download()
        self.walk_to(days=4)
        quotation = self.env["sale.order"].create({"partner_id": self.anna.id})
        quotation.action_quotation_sent()
        self.work()
        self.assertEnded("goal")

    def test_customers_do_not_enter(self):
        self.order(days=100)
        self.publish()
        self.download()
        self.assertFalse(self.enrolment)

    def test_another_topic_at_once_the_same_after_a_pause(self):
        topic = self.env["lifecycle.topic"].create({"name": "Boats", "code": "boats"})
        boats = self.env["lifecycle.content"].create(
            {"name": "Boats", "kind": "guide", "topic_id": topic.id}
        )
        self.publish()
        self.download()
        self.walk_to(days=10)
        self.download(boats)
        self.assertEqual(len(self.program.enrolment_ids), 2)
        self.walk_to(days=150)
        self.download()
        self.assertEqual(len(self.program.enrolment_ids), 2)
        self.walk_to(days=181)
        self.download()
        self.assertEqual(len(self.program.enrolment_ids), 3)


@tagged("lifecycle", "post_install", "-at_install")
class TestSalesReady(ProspectCommon):
    code = "sales_ready"

    def warm_up(self):
        """Points: a reply (50)."""
        self.happen("mail_replied")

    def alert(self):
        return self.env["lifecycle.alert"].search(
            [("partner_id", "=", self.anna.id)], order="id desc", limit=1
        )

    def test_points_alert_the_salesperson(self):
        """Readiness goes to the salesperson with the prospect (R11, R116, R118)."""
        self.publish()
        self.lead()
        self.warm_up()
        self.assertWalked(["0 alert"])
        self.assertEqual(self.alert().user_id, self.salesperson)
        self.walk_to(days=31)
        self.assertWalked(["0 alert"])
        self.assertEnded("ended", "finish")

    def test_pages_and_time_on_the_price_list(self):
        """18 pages and time in the price list (R50), adjustable (R117)."""
        self.publish(pages=3, price_list_seconds=60)
        self.lead()
        for _page in range(2):
            self.happen("page_viewed", url="/prices", seconds=40)
        self.assertFalse(self.enrolment)
        self.happen("page_viewed", url="/", seconds=5)
        self.assertWalked(["0 alert"])

    def test_taken_over_and_quoted(self):
        self.publish()
        self.lead()
        self.warm_up()
        self.alert()._answer("taken", self.clock())
        self.work()
        quotation = self.env["sale.order"].create({"partner_id": self.anna.id})
        quotation.action_quotation_sent()
        self.work()
        self.assertEnded("goal")

    def test_not_yet_goes_to_content(self):
        content = self.env.ref("lifecycle_programs.program_content")
        content.action_publish()
        self.publish()
        self.lead()
        self.warm_up()
        self.alert()._answer("not_yet", self.clock(), back_on="2027-04-01")
        self.work()
        self.assertWalked(["0 alert", "0 to_content"])
        self.assertEqual(content.enrolment_ids.partner_id, self.anna)

    def test_not_interested_goes_to_old_leads_or_out(self):
        """As the salesperson chooses, and never silently an opt-out."""
        old_leads = self.env.ref("lifecycle_programs.program_old_leads")
        old_leads.action_publish()
        self.publish()
        self.lead()
        self.warm_up()
        self.alert()._answer("not_interested", self.clock(), afterwards="old_leads")
        self.work()
        self.assertWalked(["0 alert", "0 to_old_leads"])
        self.assertEqual(old_leads.enrolment_ids.partner_id, self.anna)
        self.assertFalse(self.env["lifecycle.opt.out"].search([]))

    def test_no_second_alert_within_the_pause(self):
        """30 days, and 90 after "not interested"."""
        self.publish()
        self.lead()
        self.warm_up()
        self.alert()._answer("not_interested", self.clock(), afterwards="out")
        self.work()
        for day, entries in ((20, 1), (60, 1), (95, 2)):
            self.walk_to(days=day)
            self.warm_up()
            self.assertEqual(len(self.program.enrolment_ids), entries)


@tagged("lifecycle", "post_install", "-at_install")
class TestOldLeads(ProspectCommon):
    code = "old_leads"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["lifecycle.content"].create(
            [
                {
                    "name": f"Article {number}",
                    "kind": "article",
                    "link": f"https://www.northwind.example/article-{number}",
                    "sequence": number,
                }
                for number in range(8)
            ]
        )

    def enter(self):
        self.lead(days=200)
        self.publish()
        self.scan()

    def test_quiet_to_the_end(self):
        """Long intervals, information and now and then an offer (R12), never for ever:
        after "shall we stop?" it ends (R139)."""
        self.enter()
        self.walk_to(days=400)
        self.assertWalked(
            [
                "0 info",
                "45 info",
                "90 info",
                "135 offer",
                "180 info",
                "225 info",
                "270 info",
                "315 stop",
            ]
        )
        self.assertEnded("ended", "finish")

    def test_a_click_on_a_topic_leads_to_content_on_it(self):
        """A first click moves on to another program (R13, R10, R70)."""
        content = self.env.ref("lifecycle_programs.program_content")
        content.action_publish()
        topic = self.env.ref("lifecycle_programs.lifecycle_topic_getting_started")
        self.env["lifecycle.content"].search(
            [("name", "=", "Article 0")]
        ).topic_id = topic
        self.enter()
        self.click("info", "article-0")
        self.assertWalked(["0 info", "0 to_content"])
        self.assertEqual(content.enrolment_ids.payload["topic"], topic.code)
        self.assertEnded("ended", "finish")

    def test_clicks_on_two_days_alert_sales(self):
        """Who begins to click goes to sales (R13, R119), and an alert that is taken is
        the goal."""
        self.number("click_days", 1)
        self.enter()
        self.click("info", "article")
        self.assertWalked(["0 info", "0 alert"])
        alert = self.env["lifecycle.alert"].search([("partner_id", "=", self.anna.id)])
        alert._answer("taken", self.clock())
        self.work()
        self.assertEnded("goal")

    def test_contact_me_alerts_sales(self):
        self.enter()
        self.answer("info", "contact_me")
        self.assertWalked(["0 info", "0 alert"])

    def test_not_now_is_180_days_of_peace(self):
        self.enter()
        self.walk_to(days=5)
        self.answer("info", "not_now")
        self.walk_to(days=184)
        self.assertWalked(["0 info"])
        self.walk_to(days=186)
        self.assertWalked(["0 info", "185 info"])

    def test_no_thanks_ends_it_for_good(self):
        """A clear "thanks, but no thanks", and those who take it are dropped (R14)."""
        self.enter()
        self.env["lifecycle.opt.out"]._opt_out(
            self.anna.email_normalized, program=self.program, partner=self.anna
        )
        self.work()
        self.assertEnded("exited")
        self.walk_to(days=400)
        self.scan()
        self.assertEqual(len(self.program.enrolment_ids), 1)

    def test_wants_to_hear_from_us(self):
        self.enter()
        self.walk_to(days=316)
        self.answer("stop", "yes")
        self.assertEnded("ended", "kept")

    def test_who_enters(self):
        """Lost or untouched for 90 days, younger than 3 years, and not where the reason
        says never."""
        never = self.env["crm.lost.reason"].create(
            {"name": "Spam", "lifecycle_never_contact": True}
        )
        fresh, ancient, refused, lost = self.make_contacts(4)
        self.lead(days=10, partner_id=fresh.id)
        self.lead(days=1200, partner_id=ancient.id)
        for partner, reason in ((refused, never), (lost, never.browse())):
            lead = self.lead(days=200, partner_id=partner.id)
            self.clock.move_to(self.at(days=-150))
            lead.action_set_lost(lost_reason_id=reason.id)
            self.env.flush_all()
            self.clock.move_to(self.start)
        self.enter()
        self.assertEqual(self.program.enrolment_ids.partner_id, lost | self.anna)
