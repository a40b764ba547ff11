/**
 * Compares the name that a plan has with the names of a place on a map. A geocoder finds something
 * for many texts, such as the street or the city of a place that it does not know.
 * @module
 */
import { fold } from "./place_search.ts";

/** The part of the words' letters that the name must share with them. */
const MIN_SHARE = 0.5;

/** Words that say nothing about which place it is. */
const fillers = new Set(
  ("the a an of and at in on de do da dos das del della di du des la le les lo il el los las y e et " +
    "und der die das den dem am im von zu van het een och i na w").split(" "),
);

/** Words for sorts of places. Another place of the sort has them too. */
const sorts = new Set(
  ("museum museu museo musee muzeum gallery galleria galerie cafe caffe coffee restaurant restaurante " +
    "ristorante trattoria bistro bar pub club hotel hostel church igreja iglesia eglise kirche chiesa " +
    "cathedral catedral cathedrale dom duomo basilica temple shrine mosque synagogue park parque parc " +
    "parco garden gardens jardim jardin jardins garten market mercado mercato marche markt hall square " +
    "praca plaza piazza platz palace palacio palais palazzo palast castle castelo castillo chateau " +
    "schloss castello bridge ponte puente pont brucke tower torre tour turm station beach praia playa " +
    "plage strand library biblioteca bookshop bookstore livraria libreria librairie theatre theater " +
    "teatro monument memorial fountain national nacional nazionale royal real street rua calle rue via strasse avenue avenida road boulevard")
    .split(" "),
);

/** Words that a plan adds to the name of a quarter or a street. */
const areaWords = new Set(
  ("district quarter neighbourhood neighborhood area old town city centre center historic historical " +
    "downtown village island bairro barrio quartier viertel altstadt street").split(" "),
);

/** The words of a query: those for the place itself, and those for where it is. */
export interface QueryWords {
  /** The folded name of the place alone: `livraria bertrand`. */
  name: string;
  tokens: readonly string[];
  /** The tokens that tell the place from others of its sort and city. */
  telling: readonly string[];
  /** The tokens that say where it is. */
  around: ReadonlySet<string>;
}

/**
 * Reads a query such as `Livraria Bertrand, Lisboa`.
 *
 * @param destination the name of the destination
 */
export function readQuery(query: string, destination: string): QueryWords {
  const [head = "", ...tail] = query.split(/[,、，]/u);
  const around = new Set(tokensOf([...tail, destination].join(" ")));
  const tokens = tokensOf(head);
  return { name: fold(head), tokens, telling: tellingOf(tokens, around), around };
}

/** Whether a name means the place of a query. */
export function isNameOf(
  name: string,
  { name: asked, tokens, telling, around }: QueryWords,
): boolean {
  if (asked === "") return false;
  const folded = fold(name);
  if (folded === asked) return true;
  // Other scripts may write names without spaces.
  if (!/\p{Script=Latin}/u.test(asked)) {
    return folded !== "" && (folded.includes(asked) || asked.includes(folded));
  }
  const others = tokensOf(name);
  // The Tower of London is neither the London Eye nor the Tower Bridge.
  if (telling.length === 0) return areEqual(without(tokens, around), without(others, around));
  if (shareOf(telling, tellingOf(others, around)) < MIN_SHARE) return false;
  // `Ramiro` is the whole name of the `Restaurante Ramiro`.
  const isShorter = others.length > 0 && shareOf(others, tokens) === 1 &&
    shareOf(telling, others) === 1;
  return isShorter || shareOf(tokens, others) >= MIN_SHARE;
}

/** Whether the query asks for the area or the street itself: `Alfama district, Lisbon`. */
export function isAreaOf(name: string, { name: asked, tokens }: QueryWords): boolean {
  if (asked === "") return false;
  if (fold(name) === asked) return true;
  const others = tokensOf(name);
  return others.length > 0 && others.every((token) => tokens.includes(token)) &&
    tokens.every((token) => others.includes(token) || areaWords.has(token));
}

/**
 * Whether a street or a quarter has all telling words of the query, and words for its sort: the
 * `Avenue des Champs-Élysées`. It may be what the query asks for, or only near it.
 */
export function isLongerNameOf(name: string, { telling, around }: QueryWords): boolean {
  return telling.length > 0 && shareOf(telling, tellingOf(tokensOf(name), around)) === 1;
}

function tokensOf(words: string): string[] {
  return fold(words).split(" ").filter((token) => token !== "" && !fillers.has(token));
}

function without(tokens: readonly string[], left: ReadonlySet<string>): string[] {
  return tokens.filter((token) => !left.has(token));
}

function areEqual(tokens: readonly string[], others: readonly string[]): boolean {
  return tokens.length > 0 && new Set(tokens).symmetricDifference(new Set(others)).size === 0;
}

function tellingOf(tokens: readonly string[], around: ReadonlySet<string>): string[] {
  return without(without(tokens, sorts), around);
}

/** Returns which part of the letters of the tokens the others have too. */
function shareOf(tokens: readonly string[], others: readonly string[]): number {
  const known = new Set(others);
  const lettersOf = (tokens: readonly string[]) =>
    tokens.reduce((sum, token) => sum + token.length, 0);
  const all = lettersOf(tokens);
  return all === 0 ? 1 : lettersOf(tokens.filter((token) => known.has(token))) / all;
}
