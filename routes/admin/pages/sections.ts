/**
 * The sections of the dashboard, in the order of its navigation.
 * @module
 */

/** A section of the dashboard. */
export interface Section {
  title: string;
  href: string;
  /** After `g`, this key opens the section. */
  key: string;
}

/** All sections. Each has at least one page. */
export const sections = {
  overview: { title: "Overview", href: "/admin", key: "o" },
  jobs: { title: "Jobs", href: "/admin/jobs", key: "j" },
  bulk: { title: "Bulk", href: "/admin/bulk", key: "b" },
  audit: { title: "Audit", href: "/admin/audit", key: "a" },
  keys: { title: "Keys", href: "/admin/keys", key: "k" },
} as const satisfies Record<string, Section>;

export type SectionName = keyof typeof sections;
