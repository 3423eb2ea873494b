import { _t } from "@web/core/l10n/translation";
import { formatInteger, formatMonetary, formatPercentage } from "@web/views/fields/formatters";

/** What is shown of messages beside what good programs reach. */
export const RATES = [
    { name: "opened", label: () => _t("Opened"), isHighGood: true },
    { name: "clicked", label: () => _t("Clicked"), isHighGood: true },
    { name: "unsubscribed", label: () => _t("Unsubscribed"), isHighGood: false },
];

// Of fewer mails a rate is chance.
const ENOUGH = 20;

/**
 * A rate of delivered mails beside its benchmark.
 *
 * @param {Object} numbers the sums of a program, or of all
 * @param {Object} rate one of `RATES`
 * @param {number} benchmark in percent
 * @returns {Object} `share` is null when nothing was delivered, `isGood` when too little
 */
export function compareRate(numbers, rate, benchmark) {
    const share = numbers.delivered ? numbers[rate.name] / numbers.delivered : null;
    let isGood = null;
    if (numbers.delivered >= ENOUGH) {
        isGood = rate.isHighGood ? share * 100 >= benchmark : share * 100 <= benchmark;
    }
    return {
        name: rate.name,
        label: rate.label(),
        share,
        isGood,
        value: share === null ? "–" : formatShare(share),
        benchmark: formatShare(benchmark / 100),
        verdict: isGood === null ? "" : isGood ? _t("good") : _t("to improve"),
    };
}

export function formatShare(share) {
    const decimals = share < 0.01 ? 2 : 1;
    return formatPercentage(share, { digits: [16, decimals], trailingZeros: false });
}

export function formatCount(number) {
    return formatInteger(number || 0);
}

/** Amounts of several currencies, without cents: this is about the size of things. */
export function formatAmounts(amounts) {
    return amounts
        .map(({ amount, currency_id: currencyId }) =>
            formatMonetary(Math.round(amount), { currencyId, digits: [16, 0] })
        )
        .join(" + ");
}
