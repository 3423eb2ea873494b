import { onWillUnmount, useExternalListener, useState } from "@odoo/owl";

// The pointer moves this far before a press becomes a drag.
const THRESHOLD = 6;
// A "+" catches a card from this far.
const REACH = 70;

/**
 * Dragging on the canvas: a card to a "+" moves the step there, a "+" to a card leads the
 * way there.
 *
 * @param {Object} params
 * @param {() => {x: number, y: number, zoom: number}} params.getOrigin where the picture
 *     begins on the screen
 * @param {() => Object} params.getLayout
 * @param {(stepId: number, arrow: Object) => void} params.onMove
 * @param {(arrow: Object, stepId: number) => void} params.onLead
 * @returns {{kind: string|null, start: Function, wasDragged: Function}}
 */
export function useJourneyDrag({ getOrigin, getLayout, onMove, onLead }) {
    const drag = useState({ kind: null, x: 0, y: 0, step: null, arrow: null });
    let pressed = null;
    let hasMoved = false;

    const toPicture = (ev) => {
        const { x, y, zoom } = getOrigin();
        return { x: (ev.clientX - x) / zoom, y: (ev.clientY - y) / zoom };
    };

    function onPointerMove(ev) {
        if (!pressed) {
            return;
        }
        const far = Math.hypot(ev.clientX - pressed.clientX, ev.clientY - pressed.clientY);
        if (!drag.kind && far < THRESHOLD) {
            return;
        }
        ev.preventDefault();
        hasMoved = true;
        const { x, y } = toPicture(ev);
        Object.assign(drag, { ...pressed.what, x, y });
        if (drag.kind === "card") {
            drag.arrow = findWay(getLayout(), x, y, drag.step);
        } else {
            drag.step = findCard(ev);
        }
    }

    function onPointerUp() {
        const { kind, step, arrow } = drag;
        stop();
        if (!step || !arrow) {
            return;
        }
        if (kind === "card") {
            onMove(step, arrow);
        } else if (kind === "way") {
            onLead(arrow, step);
        }
    }

    function stop() {
        pressed = null;
        Object.assign(drag, { kind: null, step: null, arrow: null });
    }

    function onKeydown(ev) {
        if (ev.key === "Escape" && drag.kind) {
            ev.stopPropagation();
            stop();
        }
    }

    useExternalListener(window, "pointermove", onPointerMove);
    useExternalListener(window, "pointerup", onPointerUp);
    useExternalListener(window, "pointercancel", stop);
    useExternalListener(window, "keydown", onKeydown, { capture: true });
    onWillUnmount(stop);

    return {
        state: drag,
        /** A press on a card or on a "+", which may become a drag of `what`. */
        press(ev, what) {
            hasMoved = false;
            if (what && ev.button === 0 && ev.pointerType !== "touch") {
                pressed = { clientX: ev.clientX, clientY: ev.clientY, what };
            }
        },
        /** Whether a click was the end of a drag; one by key never is. */
        wasDragged: (ev) => ev.detail > 0 && hasMoved,
    };
}

/** The nearest way within reach where the card could go. */
function findWay(layout, x, y, stepId) {
    let nearest = null;
    let least = REACH;
    for (const arrow of layout.arrows) {
        const distance = Math.hypot(arrow.x - x, arrow.plusY - y);
        if (distance < least && arrow.step !== stepId && arrow.target !== stepId) {
            least = distance;
            nearest = arrow;
        }
    }
    return nearest;
}

function findCard(ev) {
    const under = document.elementFromPoint(ev.clientX, ev.clientY);
    const card = under?.closest(".o_lifecycle_card");
    return card ? Number(card.dataset.step) : null;
}
