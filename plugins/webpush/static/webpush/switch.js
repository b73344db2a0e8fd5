// <push-switch>: whether this browser is notified. Hidden where browsers cannot: without HTTPS there is no service worker.

import { call } from "eyrie/api.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const ROOT = "plugins/webpush/";

class PushSwitch extends HTMLElement {
  async connectedCallback() {
    this.box = this.querySelector("input");
    this.box.addEventListener("change", () => this.#change());
    if (!("PushManager" in window) || !navigator.serviceWorker) return;
    this.registration = await navigator.serviceWorker.ready;
    const subscription = await this.registration.pushManager.getSubscription();
    this.box.checked = Boolean(subscription) && Notification.permission === "granted";
    this.hidden = false;
  }

  async #change() {
    const on = this.box.checked;
    this.box.disabled = true;
    try {
      await (on ? this.#subscribe() : this.#unsubscribe());
      toast(on ? t("This device is notified from now on.") : t("This device is notified no longer."), "good");
    } catch (error) {
      this.box.checked = !on;
      toast(error.message, "bad");
    } finally {
      this.box.disabled = false;
    }
  }

  async #subscribe() {
    if ((await Notification.requestPermission()) !== "granted") {
      throw new Error(t("This browser does not allow notifications here. Allow them in its settings for this site."));
    }
    const { key } = await call(`${ROOT}key/`);
    let subscription;
    try {
      subscription = await this.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    } catch (error) {
      throw new Error(t("This browser's push service does not answer ({reason}).", { reason: error.message }));
    }
    const { endpoint, keys } = subscription.toJSON();
    await call(`${ROOT}subscriptions/`, { method: "POST", body: { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } } });
  }

  async #unsubscribe() {
    const subscription = await this.registration.pushManager.getSubscription();
    if (!subscription) return;
    await call(`${ROOT}subscriptions/`, { method: "DELETE", body: { endpoint: subscription.endpoint } });
    await subscription.unsubscribe();
  }
}

customElements.define("push-switch", PushSwitch);
