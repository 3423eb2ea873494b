import { _t } from "@web/core/l10n/translation";
import { formatInteger, formatMonetary, formatPercentage } from "@web/views/fields/formatters";

/** What is shown of messages beside what good programs reach. */
export const RATES = [
    { name: "opened", label: () => _t("Opened"), isHighGood: true },
    { name: "clicked", label: () => _t("Clicked"), isHighGood: true },
    { name: "unsubscribed", label: () => _t("Unsubscribed"), isHighGood: false },
];

/**
 * A rate of delivered mails beside its benchmark.
 *
 * @param {Object} numbers the sums of a program, or of all
 * @param {Object} rate one of `RATES`
 * @param {number} benchmark in percent
 * @returns {Object} null of `value` and `isGood` when nothing was delivered
 */
export function compareRate(numbers, rate, benchmark) {
    const share = numbers.delivered ? numbers[rate.name] / numbers.delivered : null;
    const isGood =
        share === null
            ? null
            : rate.isHighGood
              ? share * 100 >= benchmark
              : share * 100 <= benchmark;
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
    return formatPercentage(share, { digits: [16, 1], trailingZeros: false });
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
