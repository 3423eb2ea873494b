import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const WORKER = "/my/inbox_worker.js";
const SCOPE = "/my/";

/**
 * Lets a customer allow messages on this device, and take that back. Nothing is asked
 * before the button is pressed.
 */
export class PortalPush extends Interaction {
    static selector = ".o_lifecycle_push";
    dynamicContent = {
        _root: { "t-att-class": () => ({ "d-none": !this.isSupported }) },
        ".o_lifecycle_push_allow": {
            "t-on-click": () => this.locked(() => this.allow()),
            "t-att-class": () => ({ "d-none": this.isOn }),
            "t-att-disabled": () => this.isBusy,
        },
        ".o_lifecycle_push_stop": {
            "t-on-click": () => this.locked(() => this.stop()),
            "t-att-class": () => ({ "d-none": !this.isOn }),
            "t-att-disabled": () => this.isBusy,
        },
        ".o_lifecycle_push_state": { "t-out": () => this.text },
    };

    setup() {
        this.key = this.el.dataset.key;
        this.isSupported = Boolean(
            this.key &&
                "serviceWorker" in navigator &&
                "PushManager" in window &&
                "Notification" in window
        );
        this.isOn = false;
        this.isBusy = false;
        this.problem = "";
    }

    async willStart() {
        if (!this.isSupported) {
            return;
        }
        const worker = await navigator.serviceWorker.getRegistration(SCOPE);
        this.isOn = Boolean(await worker?.pushManager.getSubscription());
    }

    get text() {
        if (this.problem) {
            return this.problem;
        }
        return this.isOn
            ? _t("This device shows our messages.")
            : _t("This device can tell you when there is something new.");
    }

    /** One press at a time; what goes wrong is told beside the button. */
    async locked(action) {
        this.isBusy = true;
        this.problem = "";
        this.updateContent();
        try {
            await this.waitFor(action());
        } catch {
            this.problem = _t("That did not work. Please try again later.");
        }
        this.isBusy = false;
        this.updateContent();
    }

    async allow() {
        if ((await Notification.requestPermission()) !== "granted") {
            this.problem = _t(
                "Your browser blocks notifications of this site. You can change that in its settings."
            );
            return;
        }
        await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
        const worker = await navigator.serviceWorker.getRegistration(SCOPE);
        await this.whenActive(worker);
        const subscription = await worker.pushManager.subscribe({
            userVisibleOnly: true,
            applicationServerKey: this.key,
        });
        const { endpoint, keys } = subscription.toJSON();
        this.isOn = await rpc("/my/inbox/push", { endpoint, keys, key: this.key });
        if (!this.isOn) {
            await subscription.unsubscribe();
            throw new Error("The push service is not accepted");
        }
    }

    /** A worker that is still being installed cannot be subscribed. */
    whenActive(registration) {
        const worker = registration.installing || registration.waiting;
        if (!worker || registration.active) {
            return Promise.resolve();
        }
        return new Promise((resolve) => {
            worker.addEventListener("statechange", () => {
                if (worker.state === "activated") {
                    resolve();
                }
            });
        });
    }

    async stop() {
        const worker = await navigator.serviceWorker.getRegistration(SCOPE);
        const subscription = await worker?.pushManager.getSubscription();
        if (subscription) {
            await rpc("/my/inbox/push/forget", { endpoint: subscription.endpoint });
            await subscription.unsubscribe();
        }
        this.isOn = false;
    }
}

registry.category("public.interactions").add("lifecycle_programs.portal_push", PortalPush);
