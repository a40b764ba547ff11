/**
 * Reads the forms that browsers send, and the links that fill in a form.
 * @module
 */
import { z } from "zod";
import type { Noun } from "../../jobs/kinds/contracts.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { sha256 } from "../../lib/hash.ts";
import { parseJson } from "../../lib/json.ts";
import { listOf } from "../../web/app/kinds/field.ts";
import { formOf } from "../../web/app/kinds/forms.ts";
import { wishKinds } from "../../web/app/kinds/registry.ts";
import type { FormValues } from "../../web/app/kinds/form_view.ts";
import { type Wish, wishOf } from "../../web/app/wish.ts";

const Kind = z.enum(wishKinds);

/** The kind of wish, unless a link or a form names another one. */
const FIRST_KIND = wishKinds[0]!;

/** The members of a form other than its fields. */
const Form = z.object({
  kind: Kind.catch(FIRST_KIND),
  /** The id of the form: two requests with the same id and content are one wish. */
  formId: z.string().regex(/^[\w-]{1,80}$/),
  /** A whole wish, in place of its fields. */
  wish: z.string().transform((json) => parseJson(json)).pipe(
    z.object({ kind: Kind, body: z.unknown() }),
  ),
}).partial();

/** A wish whose body has not been checked yet. */
export interface UncheckedWish {
  kind: Noun;
  body: unknown;
}

export interface SentForm {
  wish: UncheckedWish;
  /** The content of the fields; `null` if the form sent a whole wish. */
  typed: FormValues | null;
  formId: string | undefined;
}

/** The scope of the ids that the pages give to their forms. No caller id looks like this. */
const FORM_SCOPE = "form";

/**
 * Returns which callers share a form id as their idempotency key. The start page gives each form a
 * UUID. It cannot be guessed, so it needs no caller: the browser may send the form again from
 * another network. Any other id belongs to its caller (`undefined`). The form that repeats a trip
 * has the id of that trip, which each person with the link knows.
 */
function formScopeOf(formId: string): string | undefined {
  return z.uuid().safeParse(formId).success ? FORM_SCOPE : undefined;
}

/** Long enough to tell the contents of one form apart. */
const DIGEST_CHARACTERS = 16;

/**
 * Returns the idempotency key of what a form asks for, and its scope. A form that is sent twice with
 * the same content gets one job; with other content, another one.
 *
 * @param formId unset: the form has no id, so each time it is sent counts
 */
export function formKeyOf(formId: string | undefined, content: unknown) {
  const digest = sha256(JSON.stringify(content)).slice(0, DIGEST_CHARACTERS);
  return {
    idempotencyKey: formId && `${formId}-${digest}`,
    idempotencyScope: formId && formScopeOf(formId),
  };
}

/** Reads the body of a form; `null` if it does not come from a form of this app. */
export function readForm(text: string): SentForm | null {
  const sent = new URLSearchParams(text);
  const members = Object.fromEntries(sent);
  const form = Form.safeParse(members);
  if (!form.success) return null;
  const { kind = FIRST_KIND, formId, wish } = form.data;
  if (wish) return { wish: { kind: wish.kind, body: wish.body }, typed: null, formId };
  const typed = valuesIn(kind, (name) => sent.getAll(name));
  return { wish: wishOf(kind, typed), typed, formId };
}

/** Reads the kind and the values that a link fills in. */
export function readLink(query: Record<string, string[]>): { kind: Noun; values: FormValues } {
  const { kind = FIRST_KIND } = Form.pick({ kind: true }).parse({ kind: query.kind?.[0] });
  return { kind, values: valuesIn(kind, (name) => query[name] ?? []) };
}

/**
 * Returns the content of the fields of a form. A list is sent as several members of one name: its
 * options, and a line with other entries.
 */
function valuesIn(kind: Noun, all: (name: string) => string[]): FormValues {
  const fields = Object.entries(formOf(kind).fields);
  return Object.fromEntries(fields.map(([name, { input }]) => {
    const sent = all(name);
    return [name, input === "list" && sent.length > 1 ? listOf(sent.filter(Boolean)) : sent[0]];
  }));
}

/** Tells whether the API accepts a wish. A form can show an accepted wish. */
export function isAccepted(kind: PublicKind, wish: UncheckedWish): wish is Wish {
  return kind.request.safeParse(wish.body).success;
}
