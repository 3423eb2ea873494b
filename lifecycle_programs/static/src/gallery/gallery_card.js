import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const BADGES = {
    running: "text-bg-success",
    paused: "text-bg-warning",
    draft: "text-bg-info",
    closed: "text-bg-secondary",
};
let lastId = 0;

/** A program of the gallery, and whether this database has what it needs. */
export class GalleryCard extends Component {
    static template = "lifecycle_programs.GalleryCard";
    static props = { card: Object, canUse: Boolean, onUse: Function, onOpen: Function };

    setup() {
        this.uid = `o_lifecycle_gallery_card_${++lastId}`;
        this.here = _t("is here");
        this.missing = _t("is missing");
    }

    get badgeClass() {
        return BADGES[this.props.card.program.state];
    }

    get needs() {
        const { data, better } = this.props.card;
        return [...data, ...better.map((one) => ({ ...one, isBetter: true }))];
    }
}
