/**
 * The style sheet of all pages.
 * @module
 */

/** Returns the style sheet of all pages: its files in this order. */
export async function styleSheet(): Promise<{ default: string }> {
  const files = await Promise.all([
    import("../../web/assets/style/base.css", { with: { type: "text" } }),
    import("../../web/assets/style/home.css", { with: { type: "text" } }),
    import("../../web/assets/style/trip.css", { with: { type: "text" } }),
    import("../../web/assets/style/plan.css", { with: { type: "text" } }),
    import("../../web/assets/style/map.css", { with: { type: "text" } }),
    import("../../web/assets/style/shaping.css", { with: { type: "text" } }),
    import("../../web/assets/style/sharing.css", { with: { type: "text" } }),
    import("../../web/assets/style/dock.css", { with: { type: "text" } }),
    import("../../web/assets/style/kept.css", { with: { type: "text" } }),
    import("../../web/assets/style/print.css", { with: { type: "text" } }),
  ]);
  return { default: files.map((file) => file.default).join("\n") };
}
