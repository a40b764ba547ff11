/**
 * Forms of wishes, as browsers send them and links fill them in.
 * @module
 */
import { z } from "zod";
import type { Noun } from "../../jobs/kinds/contracts.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { parseJson } from "../../lib/json.ts";
import { wishKinds } from "../../web/app/kinds/registry.ts";
import type { FormValues } from "../../web/app/kinds/view.ts";
import { fieldsOf, type Wish, wishOf } from "../../web/app/wish.ts";

const Kind = z.enum(wishKinds);

/** What is filled in unless a link or a form says otherwise. */
const FIRST_KIND = wishKinds[0]!;

/** The members of a form beside its fields. */
const Form = z.object({
  kind: Kind.catch(FIRST_KIND),
  /** Names the form: two requests with the same name and content are one wish. */
  formId: z.string().regex(/^[\w-]{1,80}$/),
  /** A whole wish, in place of its fields. */
  wish: z.string().transform((json) => parseJson(json)).pipe(
    z.object({ kind: Kind, body: z.unknown() }),
  ),
}).partial();

/** A wish whose body is still to be checked. */
export interface UncheckedWish {
  kind: Noun;
  body: unknown;
}

export interface SentForm {
  wish: UncheckedWish;
  /** What was typed into the fields; `null` if the form has sent a whole wish. */
  typed: FormValues | null;
  formId: string | undefined;
}

/** Reads the body of a form; `null` if it does not come from a form of this app. */
export function readForm(text: string): SentForm | null {
  const members = Object.fromEntries(new URLSearchParams(text));
  const form = Form.safeParse(members);
  if (!form.success) return null;
  const { kind = FIRST_KIND, formId, wish } = form.data;
  if (wish) return { wish: { kind: wish.kind, body: wish.body }, typed: null, formId };
  const typed = valuesIn(members);
  return { wish: wishOf(kind, typed), typed, formId };
}

/** Reads what a link fills in. */
export function readLink(query: Record<string, string>): { kind: Noun; values: FormValues } {
  const { kind = FIRST_KIND } = Form.pick({ kind: true }).parse(query);
  return { kind, values: valuesIn(query) };
}

/** What is in the fields of all forms. */
function valuesIn(members: Record<string, string>): FormValues {
  return Object.fromEntries(wishKinds.flatMap(fieldsOf).map((name) => [name, members[name]]));
}

/** Whether the API accepts a wish. If it does, a form can show the wish. */
export function isAccepted(kind: PublicKind, wish: UncheckedWish): wish is Wish {
  return kind.request.safeParse(wish.body).success;
}
