// Passkeys as the browser has them (WebAuthn). Options come from the server as JSON, answers go back as JSON.

import { t } from "eyrie/i18n.js";

// Browsers have them on pages with HTTPS and on localhost only.
export const supported = () => typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";

export async function answerOf({ publicKey }) {
  return asked(() => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) }));
}

export async function newPasskey({ publicKey }) {
  return asked(() => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) }));
}

async function asked(ceremony) {
  try {
    return (await ceremony()).toJSON();
  } catch (error) {
    if (error.name === "InvalidStateError") throw new Error(t("This device has a passkey for you already."));
    throw new Error(t("No passkey was used."));
  }
}
