import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { GalleryCard } from "./gallery_card";
import { StageRing } from "./stage_ring";
import { UseDialog } from "./use_dialog";

/** Programs to begin with: cards by the stage of the customer. */
export class Gallery extends Component {
    static template = "lifecycle_programs.Gallery";
    static components = { GalleryCard, Layout, StageRing };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.display = { controlPanel: {} };
        this.state = useState({ stage: null });
        onWillStart(async () => {
            this.gallery = await this.orm.call("lifecycle.gallery", "get_gallery", []);
        });
    }

    get cards() {
        return this.gallery.cards.filter((card) => card.is_connected);
    }

    /** The stages with the number of the programs that are for them, for the ring. */
    get stages() {
        return this.gallery.stages.map((stage) => ({
            ...stage,
            count: this.cards.filter((card) => card.stages.includes(stage.code)).length,
        }));
    }

    /** All cards, each at its first stage; or those of a stage, also of others. */
    get sections() {
        const { stage } = this.state;
        const isAt = (card, code) => (stage ? card.stages.includes(code) : card.stage === code);
        const sections = this.gallery.stages
            .filter(({ code }) => !stage || code === stage)
            .map((one) => ({ ...one, cards: this.cards.filter((card) => isAt(card, one.code)) }))
            .filter(({ cards }) => cards.length);
        const waiting = this.gallery.cards.filter(
            (card) => !card.is_connected && (!stage || card.stages.includes(stage))
        );
        if (waiting.length) {
            sections.push({
                code: "connection",
                name: _t("Needs a connection"),
                description: _t(
                    "These wait for what another system knows. You can prepare them now; people enter once it is connected."
                ),
                cards: waiting,
            });
        }
        return sections;
    }

    get total() {
        return this.cards.length;
    }

    choose(stage) {
        this.state.stage = stage;
    }

    use(card) {
        this.dialog.add(UseDialog, {
            card,
            onUse: (action) => this.action.doAction(action),
        });
    }

    open(card) {
        this.action.doAction("lifecycle_programs.lifecycle_program_action", {
            viewType: "form",
            props: { resId: card.program.id },
        });
    }
}

registry.category("actions").add("lifecycle_gallery", Gallery);
