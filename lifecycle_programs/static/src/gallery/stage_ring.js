import { Component } from "@odoo/owl";

const RADIUS = 38;

/** The stages of a customer as a circle: it has no end. */
export class StageRing extends Component {
    static template = "lifecycle_programs.StageRing";
    static props = {
        stages: Array,
        total: Number,
        selected: { type: [String, { value: null }], optional: true },
        onSelect: Function,
    };

    /** Around the circle, the first one at the top. */
    at(index) {
        return (2 * Math.PI * index) / this.props.stages.length - Math.PI / 2;
    }

    get places() {
        return this.props.stages.map((stage, index) => {
            const x = 50 + RADIUS * Math.cos(this.at(index));
            const y = 50 + RADIUS * Math.sin(this.at(index));
            return { ...stage, style: `left: ${x.toFixed(2)}%; top: ${y.toFixed(2)}%` };
        });
    }

    get arrows() {
        return this.props.stages.map((stage, index) => {
            const angle = this.at(index + 0.5);
            const x = 50 + RADIUS * Math.cos(angle);
            const y = 50 + RADIUS * Math.sin(angle);
            const turn = (angle * 180) / Math.PI + 90;
            return {
                key: stage.code,
                transform: `translate(${x.toFixed(2)} ${y.toFixed(2)}) rotate(${turn.toFixed(1)})`,
            };
        });
    }

    toggle(code) {
        this.props.onSelect(code === this.props.selected ? null : code);
    }
}
