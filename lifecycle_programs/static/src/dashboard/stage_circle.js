import { Component } from "@odoo/owl";
import { formatCount } from "./dashboard_numbers";

const CENTER = { x: 210, y: 205 };
const RADIUS = 145;
const NODE = 47;
// How far before a stage an arrow ends, in degrees.
const GAP = 22;
// How far the numbers of those who fall back stand inside of those who move on.
const INSIDE = 20;

function at(radius, degrees) {
    const radians = (degrees * Math.PI) / 180;
    return {
        x: CENTER.x + radius * Math.cos(radians),
        y: CENTER.y + radius * Math.sin(radians),
    };
}

function arc(radius, from, to) {
    const [start, end] = [at(radius, from), at(radius, to)];
    const sweep = to > from ? 1 : 0;
    return `M ${start.x} ${start.y} A ${radius} ${radius} 0 0 ${sweep} ${end.x} ${end.y}`;
}

/**
 * The stages of the customer lifecycle on a circle: how many people stand in each, how
 * many moved on to the next in the period, and how many fell back.
 */
export class StageCircle extends Component {
    static template = "lifecycle_programs.StageCircle";
    static props = { stages: Array, moves: Array, onStage: Function, onMove: Function };

    setup() {
        this.formatCount = formatCount;
    }

    get step() {
        return 360 / Math.max(this.props.stages.length, 1);
    }

    get nodes() {
        return this.props.stages.map((stage, index) => ({
            ...stage,
            ...at(RADIUS, -90 + index * this.step),
            radius: NODE,
            lines: stage.name.split(" "),
        }));
    }

    /** The arrows between neighbours, also where nobody moved: they are the circle. */
    get arrows() {
        const { stages } = this.props;
        return stages.slice(1).flatMap((stage, index) => {
            const from = -90 + index * this.step + GAP;
            const to = -90 + (index + 1) * this.step - GAP;
            const middle = (from + to) / 2;
            const forward = this.find(stages[index].code, stage.code);
            const back = this.find(stage.code, stages[index].code);
            const arrows = [
                {
                    ...forward,
                    path: arc(RADIUS, from, to),
                    label: at(RADIUS + INSIDE, middle),
                    isForward: true,
                },
            ];
            if (back.people) {
                arrows.push({
                    ...back,
                    path: arc(RADIUS - INSIDE, to - 3, from + 3),
                    label: at(RADIUS - 2.2 * INSIDE, middle),
                    isForward: false,
                });
            }
            return arrows;
        });
    }

    get closing() {
        const last = this.props.stages.length - 1;
        return last > 1 ? arc(RADIUS, -90 + last * this.step + GAP, 270 - GAP) : "";
    }

    find(from, to) {
        const move = this.props.moves.find((one) => one.from === from && one.to === to);
        return { from, to, people: move?.people || 0, key: `${from} ${to}` };
    }

    name(code) {
        return this.props.stages.find((stage) => stage.code === code)?.name || code;
    }

    onKey(ev, action) {
        if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            action();
        }
    }
}
