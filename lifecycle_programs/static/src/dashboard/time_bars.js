import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate } from "@web/core/l10n/dates";
import { formatCount } from "./dashboard_numbers";

const FORMATS = { day: "d LLL", week: "d LLL", month: "LLL yy" };

/** Entries and goals over time, as bars. */
export class TimeBars extends Component {
    static template = "lifecycle_programs.TimeBars";
    static props = { bars: Array, step: String };

    get series() {
        return [
            { name: "entered", label: _t("Entered") },
            { name: "goals", label: _t("Goal reached") },
        ];
    }

    get highest() {
        return Math.max(1, ...this.props.bars.flatMap((bar) => [bar.entered, bar.goals]));
    }

    /** Every bar has its title; only so many have their day below. */
    get columns() {
        const { bars, step } = this.props;
        const every = Math.ceil(bars.length / 6);
        return bars.map((bar, index) => {
            const day = deserializeDate(bar.day).toFormat(FORMATS[step]);
            return {
                day: bar.day,
                label: index % every ? "" : day,
                parts: this.series.map(({ name, label }) => ({
                    name,
                    height: (100 * bar[name]) / this.highest,
                    title: `${day}, ${label}: ${formatCount(bar[name])}`,
                })),
            };
        });
    }
}
