"""What the tests of the gallery share."""

from .messages_common import MessageCommon


class GalleryCommon(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gallery = cls.env["lifecycle.gallery"]
        cls.category = cls.env["product.category"].create({"name": "Stoves"})
        cls.product = cls.env["product.template"].create(
            {"name": "Gas stove", "categ_id": cls.category.id}
        )

    @classmethod
    def answers_to(cls, key, **given):
        """Answers to all questions of a card: its own numbers, something for the
        rest."""
        answers = {}
        for question in cls.gallery.get_questions(key):
            value = question["value"]
            if question["kind"] == "text":
                value = 'Tents "light"'
            elif question["kind"] == "record":
                record = {
                    "product.template": cls.product,
                    "product.category": cls.category,
                }
                value = record[question["model"]].id
            answers[question["name"]] = value
        return answers | given

    @classmethod
    def use(cls, key, **given):
        action = cls.gallery.use(key, cls.answers_to(key, **given))
        return cls.env["lifecycle.program"].browse(action["res_id"])

    def card_of(self, key, **context):
        cards = self.gallery.with_context(**context).get_gallery()["cards"]
        return next(card for card in cards if card["key"] == key)
