// What a player of recordings does instead of playing what was recorded, in words; "" when it plays that.

import { t } from "eyrie/i18n.js";

export function unplayed({ unplayable, converted }) {
  if (unplayable) return t("This browser cannot play {codec}: single pictures", { codec: unplayable });
  return converted ? t("This browser cannot play {codec}: the server converts it to H.264", { codec: converted }) : "";
}
