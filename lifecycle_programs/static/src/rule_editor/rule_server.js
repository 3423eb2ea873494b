const MODEL = "lifecycle.rule.editor";

/**
 * What the server knows about one rule: the calls of `lifecycle.rule.editor`, for the
 * place that a record and a field make.
 */
export class RuleServer {
    /**
     * @param {Object} orm the service
     * @param {() => {model: string, resId: number|false, field: string, form: Object}} getPlace
     */
    constructor(orm, getPlace) {
        this.orm = orm.silent;
        this.getPlace = getPlace;
    }

    loadSetup() {
        return this._call("get_setup");
    }

    check(text) {
        return this._call("check", text);
    }

    compose(rows) {
        return this._call("compose", rows);
    }

    /** The following answer with a promise that has `abort(false)`. */
    estimate(text) {
        return this._call("estimate", text);
    }

    count(text) {
        return this._call("count", text);
    }

    findExamples(text) {
        return this._call("examples", text);
    }

    completeValues(fact, term) {
        return this.orm.call(MODEL, "complete_values", [fact, term]);
    }

    _call(method, ...args) {
        const { model, resId, field, form } = this.getPlace();
        return this.orm.call(MODEL, method, [...args, model, resId, field, form]);
    }
}

/**
 * The place of a record's rule, with what the form holds unsaved.
 *
 * @param {import("@web/model/relational_model/record").Record} record
 * @param {string} field
 * @param {Object} context of the field; `lifecycle_program_id` names the program
 */
export function getPlace(record, field, context = {}) {
    const form = {
        program_id: context.lifecycle_program_id || false,
        start: record.data.start || false,
    };
    const numbers = record.data.parameter_ids;
    if (numbers?.records && numbers.count === numbers.records.length) {
        form.numbers = numbers.records.map(({ data }) => ({
            code: data.code,
            name: data.name,
            unit: data.unit,
            value: data.value,
        }));
    }
    return { model: record.resModel, resId: record.resId || false, field, form };
}
