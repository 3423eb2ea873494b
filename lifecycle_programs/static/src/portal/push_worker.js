/* eslint-env serviceworker */
/* eslint-disable no-restricted-globals */

/** Shows push messages in the customer portal, and opens them in the inbox. */

const HOME = "/my/inbox";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
    const { title, options } = event.data.json();
    event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    const url = new URL(event.notification.data?.url || HOME, self.location.origin);
    // Only pages of our own are opened.
    const target = url.origin === self.location.origin ? url.href : HOME;
    event.waitUntil(self.clients.openWindow(target));
});

/** The browser has a new address: tell it in place of the old one. */
self.addEventListener("pushsubscriptionchange", (event) => {
    if (!event.oldSubscription) {
        return;
    }
    event.waitUntil(renew(event.oldSubscription));
});

async function renew(old) {
    const subscription = await self.registration.pushManager.subscribe(old.options);
    await call("/my/inbox/push/forget", { endpoint: old.endpoint });
    await call("/my/inbox/push", {
        endpoint: subscription.endpoint,
        keys: subscription.toJSON().keys,
        key: encode(old.options.applicationServerKey),
    });
}

function call(path, params) {
    return fetch(path, {
        method: "POST",
        credentials: "include",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ id: 1, jsonrpc: "2.0", method: "call", params }),
    });
}

/** A key as the server writes it: base64url without padding. */
function encode(buffer) {
    const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
