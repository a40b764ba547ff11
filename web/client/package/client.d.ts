// Written by `deno task docs` from the sources in web/client/ and the schemas of jobs/.

/** A value of a request that is not valid. */
interface InvalidValue {
  /** The member of the body, as a JSON pointer such as `#/durationDays`. */
  pointer?: string;
  /** The query parameter. */
  parameter?: string;
  /** What is wrong with the value. */
  detail: string;
}
/** What is known of an error besides its message. */
interface TripErrorDetails
  extends Partial<Pick<TripError, "status" | "code" | "retryAfterSeconds" | "errors" | "note">> {
  /** The error behind this one. */
  cause?: unknown;
}
/** An error of the service, or of the connection to it. */
declare class TripError extends Error {
  /** Tells this error from others. */
  name: string;
  /** The status of the response; 0 without a response. */
  readonly status: number;
  /** The code of the problem; `network` if the response does not come from the service. */
  readonly code: string;
  /** The pause before the next attempt, if the service names one. */
  readonly retryAfterSeconds: number | null;
  /** The errors of members of the body (JSON pointers) and of query parameters. */
  readonly errors: InvalidValue[];
  /** What the operator says to users about a refusal; `null`: nothing. */
  readonly note: string | null;
  constructor(
    message: string,
    { status, code, retryAfterSeconds, errors, note, cause }?: TripErrorDetails,
  );
}

/** `processing` until the job ends */
type Status = "processing" | "completed" | "failed" | "canceled";
/** A job of the kind itinerary */
interface ItineraryJob {
  /** The job's id */
  jobId: string;
  /** `processing` until the job ends */
  status: Status;
  /** Where the trip goes */
  destination: string;
  /** How many days it has */
  durationDays: number;
  /** The first day. It is not over yet somewhere on Earth, and at most two years ahead. */
  startDate?: string;
  /** Who travels, at most 20 people */
  travellers?: {
    /** At least one */
    adults: number;
    /** By default 0 */
    children: number;
  };
  /** What the activities, meals and tickets may cost, without travel and lodging. Costs in the plan are in its currency. */
  budget?: {
    /** More than 0 */
    amount: number;
    /** ISO 4217 code, such as EUR */
    currency: string;
    /** Whether it is for each person, or for all together (the default) */
    per: "person" | "all";
  };
  /** How full the days are */
  pace?: "relaxed" | "balanced" | "packed";
  /** What meals must keep to, such as `vegetarian` */
  diet?: string[];
  /** What places and ways must allow, such as `wheelchair` */
  accessibility?: string[];
  /** Where the days begin and end, for example the hotel */
  startPoint?: string;
  /** The language of the plan's texts (BCP 47). By default that of the request. */
  language?: string;
  /** What the travellers like */
  interests?: string[];
  /** What else matters, in own words */
  notes?: string;
  /** The plan; `null` until it is finished */
  itinerary: Day[] | null;
  /** Where the destination is; `null`: not known */
  location: Location | null;
  /** When the job was created */
  createdAt: string;
  /** When the job ended: completed, failed or canceled */
  completedAt: string | null;
  /** When the job is deleted */
  expiresAt: string;
  /** Why the job failed, for people */
  error: string | null;
  /** Why the job failed, for programs */
  failure: Failure | null;
  /** What wrote the plan */
  source: ("openai" | "sample" | "placeholder") | null;
  /** Number of attempts so far */
  attempt: number;
  /** The id of the job whose plan this job changes; `null`: it writes a new plan */
  refines: string | null;
  /** The ids of the jobs whose plans led to this one, oldest first, at most the last 50 */
  lineage: string[];
  /** `null` after the end of the job */
  progress: Progress | null;
  /** The finished parts of the plan. They stay when the job ends without a plan. `null`: the job has a plan, or ended before the first part */
  partial: Day[] | null;
  /** `null`: not known, or no model was asked */
  usage: Usage | null;
  /** What is wrong in the plan although the model had the chance to correct it */
  warnings: PlanWarning[];
}
/** A day of an itinerary */
interface Day {
  /** The number of the day, from 1 */
  day: number;
  /** Such as `2027-05-01`; `null`: the request has no start date */
  date: string | null;
  /** The weekday of `date` */
  weekday:
    | ("monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday")
    | null;
  /** The season at the destination; `null`: not known, or the place has no such seasons */
  season: ("spring" | "summer" | "autumn" | "winter") | null;
  /** The forecast when the plan was written; `null`: the day was too far away */
  weather: {
    /** Such as `partly cloudy` */
    sky: string | null;
    /** The lowest temperature */
    minCelsius: number | null;
    /** The highest temperature */
    maxCelsius: number | null;
    /** The probability of rain */
    rainPercent: number | null;
  } | null;
  /** What the day is about, in a few words */
  theme: string;
  /** In the order of their times */
  activities: Activity[];
  /** What the day takes altogether; `null` in plans of earlier versions */
  totals: {
    /** The known costs for one person, by currency */
    costs: Cost[];
    /** The ways of at most 25 minutes on foot; `null`: no way is known */
    walkingMeters: number | null;
    /** From the start of the first activity to the end of the last one, without the night */
    hours: number | null;
  } | null;
}
/** A thing to do on a day of an itinerary */
interface Activity {
  /** Local start time, 24 hours, HH:MM, such as 09:30 */
  time: string;
  /** What to do, in a few words */
  title: string;
  /** What it is like, and what to know */
  description: string;
  /** Name and neighbourhood or address, enough to find it on a map */
  place: string;
  /** What one person usually pays; `null`: not known */
  estimatedCost: Cost | null;
  /** What sort of thing it is */
  category:
    | "sight"
    | "museum"
    | "food"
    | "nature"
    | "shopping"
    | "nightlife"
    | "entertainment"
    | "sport"
    | "relaxation"
    | "transport"
    | "lodging"
    | "other";
  /** The name of the place for a map search; `null`: there is no single place */
  mapQuery: string | null;
  /** Where it is; `null`: not known */
  coordinates: Coordinates | null;
  /** Whether the place was found; `null`: it was not looked up */
  verified: boolean | null;
  /** How long it usually takes, in minutes */
  durationMinutes: number | null;
  /** In the syntax `opening_hours` of OpenStreetMap; `null`: not known */
  openingHours: string | null;
  /** Whether one should book; `null`: not known */
  bookAhead: boolean | null;
  /** How this meets the traveller's diet or accessibility; `null`: nothing was asked, or not known */
  needsMet: string | null;
  /** The way on foot to the next activity of the day; `null`: not known, or it is the last one */
  toNext: {
    /** How far it is */
    distanceMeters: number;
    /** How long it takes */
    walkingMinutes: number;
    /** `straight_line`: estimated from both positions; `router`: along streets */
    origin: "straight_line" | "router";
  } | null;
}
/** What one person pays */
interface Cost {
  /** 0: it is free */
  amount: number;
  /** ISO 4217 code, such as EUR */
  currency: string;
}
/** A position in degrees (WGS 84) */
interface Coordinates {
  /** Degrees north */
  latitude: number;
  /** Degrees east */
  longitude: number;
  /** `places`: the place was looked up; `approximate`: the writer of the plan named the position, and nothing has checked it */
  origin: "places" | "approximate";
}
/** Where a destination is (WGS 84) */
interface Location {
  /** Degrees north */
  latitude: number;
  /** Degrees east */
  longitude: number;
  /** The English name */
  name: string;
  /** IANA name; `null`: not known */
  timeZone: string | null;
  /** ISO 3166-1 alpha-2; `null`: not known */
  countryCode: string | null;
}
/** Why a job failed, for programs */
interface Failure {
  /** What happened */
  code:
    | "rate_limited"
    | "overloaded"
    | "upstream_error"
    | "timeout"
    | "connection_lost"
    | "quota_exceeded"
    | "unauthorized"
    | "rejected"
    | "request_too_large"
    | "model_unavailable"
    | "refused"
    | "content_filtered"
    | "truncated"
    | "invalid_output"
    | "iteration_limit"
    | "result_too_large"
    | "callback_failed"
    | "callback_refused"
    | "deadline_exceeded"
    | "worker_lost"
    | "internal";
  /** Whether the same request may succeed later */
  retryable: boolean;
  /** What to do next, one sentence */
  hint: string;
}
/** The progress of a job that waits or runs */
interface Progress {
  /** The current phase, for programs */
  phase:
    | "queued"
    | "retrying"
    | "paused"
    | "starting"
    | "thinking"
    | "researching"
    | "writing"
    | "waiting";
  /** The current phase in words, for people */
  message: string;
  /** The names of the tools that the job runs while it is `researching` */
  tools: string[];
  /** Number of finished parts of the plan */
  step: number;
  /** Total number of parts; `null` if not known */
  of: number | null;
  /** The position of a job that waits; 1: it starts next. It only grows if the job waits again after it has started. `null`: the job does not wait, or its position is not known */
  position: number | null;
  /** When a job that waits will probably start; `null`: not known */
  expectedStartAt: string | null;
  /** When the progress last changed */
  updatedAt: string;
}
/** The tokens that a job used and saved, and its cost */
interface Usage {
  /** What the model read */
  inputTokens: number;
  /** The input tokens that came from the model's prompt cache */
  cachedTokens: number;
  /** The input tokens that were written to the prompt cache */
  cacheWriteTokens: number;
  /** What the model wrote */
  outputTokens: number;
  /** The output tokens of the model's hidden reasoning */
  reasoningTokens: number;
  /** Tokens of finished steps, or of an identical job, that did not have to be paid again */
  savedTokens: number;
  /** The cost in US dollars; `null` unless the price of each answer is known */
  costUsd: number | null;
}
/** Something in a plan that a traveler should check */
interface PlanWarning {
  /** The rule that the plan breaks, for programs: `equal_days` */
  code: string;
  /** The position in the plan, with indexes from 0: `days.2.activities.1` */
  where: string;
  /** What to check, one or two sentences for travelers */
  message: string;
}
/** The request for a job of the kind itinerary */
interface ItineraryWish {
  /** Where the trip goes */
  destination: string;
  /** How many days it has */
  durationDays: number;
  /** The first day. It is not over yet somewhere on Earth, and at most two years ahead. */
  startDate?: string | null;
  /** Who travels, at most 20 people */
  travellers?: {
    /** At least one */
    adults: number;
    /** By default 0 */
    children?: number | null;
  } | null;
  /** What the activities, meals and tickets may cost, without travel and lodging. Costs in the plan are in its currency. */
  budget?: {
    /** More than 0 */
    amount: number;
    /** ISO 4217 code, such as EUR */
    currency: string;
    /** Whether it is for each person, or for all together (the default) */
    per?: ("person" | "all") | null;
  } | null;
  /** How full the days are */
  pace?: ("relaxed" | "balanced" | "packed") | null;
  /** What meals must keep to, such as `vegetarian` */
  diet?: string[] | null;
  /** What places and ways must allow, such as `wheelchair` */
  accessibility?: string[] | null;
  /** Where the days begin and end, for example the hotel */
  startPoint?: string | null;
  /** The language of the plan's texts (BCP 47). By default that of the request. */
  language?: string | null;
  /** What the travellers like */
  interests?: string[] | null;
  /** What else matters, in own words */
  notes?: string | null;
  /** The URL that receives a signed `POST` when the job has ended. Its host must be public, unless the operator trusts it. Requires an API key. */
  callbackUrl?: string | null;
}
/** A change of a plan: exactly one of `instruction`, `day`, `wish` */
interface ItineraryChange {
  /** What should be different, in own words, such as `less walking on day 2` */
  instruction?: string;
  /** The number of a day that is to be another one */
  day?: number;
  /** With `day`: the number of the one activity that is to be another one, counted from 1 */
  activity?: number;
  /** The changed members of the wish; `null` removes one. The days that no longer fit are written anew, and further days are added or cut */
  wish?: {
    /** Where the trip goes */
    destination?: string;
    /** How many days it has */
    durationDays?: number;
    /** The first day. It is not over yet somewhere on Earth, and at most two years ahead. */
    startDate?: string | null;
    /** Who travels, at most 20 people */
    travellers?: {
      /** At least one */
      adults: number;
      /** By default 0 */
      children?: number | null;
    } | null;
    /** What the activities, meals and tickets may cost, without travel and lodging. Costs in the plan are in its currency. */
    budget?: {
      /** More than 0 */
      amount: number;
      /** ISO 4217 code, such as EUR */
      currency: string;
      /** Whether it is for each person, or for all together (the default) */
      per?: ("person" | "all") | null;
    } | null;
    /** How full the days are */
    pace?: ("relaxed" | "balanced" | "packed") | null;
    /** What meals must keep to, such as `vegetarian` */
    diet?: string[] | null;
    /** What places and ways must allow, such as `wheelchair` */
    accessibility?: string[] | null;
    /** Where the days begin and end, for example the hotel */
    startPoint?: string | null;
    /** The language of the plan's texts (BCP 47). By default that of the request. */
    language?: string | null;
    /** What the travellers like */
    interests?: string[] | null;
    /** What else matters, in own words */
    notes?: string | null;
  };
  /** The URL that receives a signed `POST` when the job has ended. Its host must be public, unless the operator trusts it. Requires an API key. */
  callbackUrl?: string | null;
}
/** A job of the kind itinerary in a list, without its plan */
interface ItinerarySummary {
  /** The job's id */
  jobId: string;
  /** `processing` until the job ends */
  status: Status;
  /** Where the trip goes */
  destination: string;
  /** How many days it has */
  durationDays: number;
  /** The first day. It is not over yet somewhere on Earth, and at most two years ahead. */
  startDate?: string;
  /** Who travels, at most 20 people */
  travellers?: {
    /** At least one */
    adults: number;
    /** By default 0 */
    children: number;
  };
  /** What the activities, meals and tickets may cost, without travel and lodging. Costs in the plan are in its currency. */
  budget?: {
    /** More than 0 */
    amount: number;
    /** ISO 4217 code, such as EUR */
    currency: string;
    /** Whether it is for each person, or for all together (the default) */
    per: "person" | "all";
  };
  /** How full the days are */
  pace?: "relaxed" | "balanced" | "packed";
  /** What meals must keep to, such as `vegetarian` */
  diet?: string[];
  /** What places and ways must allow, such as `wheelchair` */
  accessibility?: string[];
  /** Where the days begin and end, for example the hotel */
  startPoint?: string;
  /** The language of the plan's texts (BCP 47). By default that of the request. */
  language?: string;
  /** What the travellers like */
  interests?: string[];
  /** What else matters, in own words */
  notes?: string;
  /** When the job was created */
  createdAt: string;
  /** When the job ended: completed, failed or canceled */
  completedAt: string | null;
  /** When the job is deleted */
  expiresAt: string;
  /** Why the job failed, for people */
  error: string | null;
  /** Why the job failed, for programs */
  failure: Failure | null;
  /** What wrote the plan */
  source: ("openai" | "sample" | "placeholder") | null;
  /** Number of attempts so far */
  attempt: number;
  /** The id of the job whose plan this job changes; `null`: it writes a new plan */
  refines: string | null;
  /** The ids of the jobs whose plans led to this one, oldest first, at most the last 50 */
  lineage: string[];
}
/** A job of the kind generation */
interface GenerationJob {
  /** The job's id */
  generationId: string;
  /** `processing` until the job ends */
  status: Status;
  /** What the traveler would like */
  preferences: {
    /** What the traveler likes, such as `jazz` */
    interests?: string[] | null;
    /** The music that the traveler likes */
    musicProfile?: string | null;
    /** When, in own words, such as `this weekend` */
    timeframe?: string | null;
    /** What else matters, in own words */
    otherPreferences?: string | null;
    /** The first day. It is not over yet somewhere on Earth, and at most two years ahead. */
    startDate?: string;
    /** Who travels, at most 20 people */
    travellers?: {
      /** At least one */
      adults: number;
      /** By default 0 */
      children: number;
    };
    /** What the activities, meals and tickets may cost, without travel and lodging. Costs in the plan are in its currency. */
    budget?: {
      /** More than 0 */
      amount: number;
      /** ISO 4217 code, such as EUR */
      currency: string;
      /** Whether it is for each person, or for all together (the default) */
      per: "person" | "all";
    };
    /** How full the days are */
    pace?: "relaxed" | "balanced" | "packed";
    /** What meals must keep to, such as `vegetarian` */
    diet?: string[];
    /** What places and ways must allow, such as `wheelchair` */
    accessibility?: string[];
    /** Where the days begin and end, for example the hotel */
    startPoint?: string;
    /** The language of the plan's texts (BCP 47). By default that of the request. */
    language?: string;
    /** The last day of the events */
    endDate?: string;
    /** Where the events are */
    city?: string;
  };
  /** The plan; `null` until it is finished */
  bundles: Bundle[] | null;
  /** The model's summaries of its reasoning */
  reasoningSummaries: string[];
  /** The id of the model's latest response */
  openaiResponseId: string | null;
  /** The IANA time zone of the place, such as `Europe/Lisbon`; absent if it is not known */
  timeZone?: string;
  /** When the job was created */
  createdAt: string;
  /** When the job ended: completed, failed or canceled */
  completedAt: string | null;
  /** When the job is deleted */
  expiresAt: string;
  /** Why the job failed, for people */
  error: string | null;
  /** Why the job failed, for programs */
  failure: Failure | null;
  /** What wrote the plan */
  source: ("openai" | "sample" | "placeholder") | null;
  /** Number of attempts so far */
  attempt: number;
  /** The id of the job whose plan this job changes; `null`: it writes a new plan */
  refines: string | null;
  /** The ids of the jobs whose plans led to this one, oldest first, at most the last 50 */
  lineage: string[];
  /** `null` after the end of the job */
  progress: Progress | null;
  /** The finished parts of the plan. They stay when the job ends without a plan. `null`: the job has a plan, or ended before the first part */
  partial: Bundle[] | null;
  /** `null`: not known, or no model was asked */
  usage: Usage | null;
  /** What is wrong in the plan although the model had the chance to correct it */
  warnings: PlanWarning[];
}
/** Events that go well together */
interface Bundle {
  /** The bundle in a few words */
  title: string;
  /** What the bundle is like */
  description: string;
  /** Its events */
  keyEvents: KeyEvent[];
  /** The address of its picture, from a tool; `null`: none is known */
  imageUrl: string | null;
}
/** An event of a bundle */
interface KeyEvent {
  /** What it is called */
  name: string;
  /** Local date and time in words, as exact as it is known */
  date: string;
  /** The local start: `2026-12-04T20:00`, or `2026-12-04` if only the day is known */
  startsAt: string | null;
  /** The local end, in the forms of `startsAt`. A day is the last day */
  endsAt: string | null;
  /** The IANA time zone of the place, from a tool */
  timeZone: string | null;
  /** Where it takes place; `null`: not known */
  venue: string | null;
  /** The part of the city; `null`: not known */
  neighborhood: string | null;
  /** The city or town; `null`: not known */
  city: string | null;
  /** What sort of thing it is */
  category:
    | "sight"
    | "museum"
    | "food"
    | "nature"
    | "shopping"
    | "nightlife"
    | "entertainment"
    | "sport"
    | "relaxation"
    | "transport"
    | "lodging"
    | "other";
  /** The name of the place for a map search; `null`: there is no single place */
  mapQuery: string | null;
  /** Where it is; `null`: not known */
  coordinates: Coordinates | null;
  /** Whether the place was found; `null`: it was not looked up */
  verified: boolean | null;
  /** For one person; `null`: not known */
  price: Cost | null;
  /** Its page, from a tool; `null`: none is known */
  url: string | null;
  /** Why this traveller will like it, one sentence */
  why: string;
}
/** The request for a job of the kind generation */
interface GenerationWish {
  /** What the traveler would like; each member is optional */
  preferences: {
    /** What the traveler likes, such as `jazz` */
    interests?: string[] | null;
    /** The music that the traveler likes */
    musicProfile?: string | null;
    /** When, in own words, such as `this weekend` */
    timeframe?: string | null;
    /** What else matters, in own words */
    otherPreferences?: string | null;
    /** The first day. It is not over yet somewhere on Earth, and at most two years ahead. */
    startDate?: string | null;
    /** Who travels, at most 20 people */
    travellers?: {
      /** At least one */
      adults: number;
      /** By default 0 */
      children?: number | null;
    } | null;
    /** What the activities, meals and tickets may cost, without travel and lodging. Costs in the plan are in its currency. */
    budget?: {
      /** More than 0 */
      amount: number;
      /** ISO 4217 code, such as EUR */
      currency: string;
      /** Whether it is for each person, or for all together (the default) */
      per?: ("person" | "all") | null;
    } | null;
    /** How full the days are */
    pace?: ("relaxed" | "balanced" | "packed") | null;
    /** What meals must keep to, such as `vegetarian` */
    diet?: string[] | null;
    /** What places and ways must allow, such as `wheelchair` */
    accessibility?: string[] | null;
    /** Where the days begin and end, for example the hotel */
    startPoint?: string | null;
    /** The language of the plan's texts (BCP 47). By default that of the request. */
    language?: string | null;
    /** The last day of the events */
    endDate?: string | null;
    /** Where the events are */
    city?: string | null;
  };
  /** The URL that receives a signed `POST` when the job has ended. Its host must be public, unless the operator trusts it. Requires an API key. */
  callbackUrl?: string | null;
}
/** A change of a plan: exactly one of `instruction`, `bundle`, `wish` */
interface GenerationChange {
  /** What should be different, in own words, such as `less walking on day 2` */
  instruction?: string;
  /** The number of a bundle that is to be another one, counted from 1 */
  bundle?: number;
  /** With `bundle`: the number of the one key event that is to be another one, counted from 1 */
  event?: number;
  /** The bundles that no longer fit the changed wish are written anew */
  wish?: {
    /** The changed preferences; `null` removes one */
    preferences: {
      /** What the traveler likes, such as `jazz` */
      interests?: string[] | null;
      /** The music that the traveler likes */
      musicProfile?: string | null;
      /** When, in own words, such as `this weekend` */
      timeframe?: string | null;
      /** What else matters, in own words */
      otherPreferences?: string | null;
      /** The first day. It is not over yet somewhere on Earth, and at most two years ahead. */
      startDate?: string | null;
      /** Who travels, at most 20 people */
      travellers?: {
        /** At least one */
        adults: number;
        /** By default 0 */
        children?: number | null;
      } | null;
      /** What the activities, meals and tickets may cost, without travel and lodging. Costs in the plan are in its currency. */
      budget?: {
        /** More than 0 */
        amount: number;
        /** ISO 4217 code, such as EUR */
        currency: string;
        /** Whether it is for each person, or for all together (the default) */
        per?: ("person" | "all") | null;
      } | null;
      /** How full the days are */
      pace?: ("relaxed" | "balanced" | "packed") | null;
      /** What meals must keep to, such as `vegetarian` */
      diet?: string[] | null;
      /** What places and ways must allow, such as `wheelchair` */
      accessibility?: string[] | null;
      /** Where the days begin and end, for example the hotel */
      startPoint?: string | null;
      /** The language of the plan's texts (BCP 47). By default that of the request. */
      language?: string | null;
      /** The last day of the events */
      endDate?: string | null;
      /** Where the events are */
      city?: string | null;
    };
  };
  /** The URL that receives a signed `POST` when the job has ended. Its host must be public, unless the operator trusts it. Requires an API key. */
  callbackUrl?: string | null;
}
/** A job of the kind generation in a list, without its plan */
interface GenerationSummary {
  /** The job's id */
  generationId: string;
  /** `processing` until the job ends */
  status: Status;
  /** What the traveler would like */
  preferences: {
    /** What the traveler likes, such as `jazz` */
    interests?: string[] | null;
    /** The music that the traveler likes */
    musicProfile?: string | null;
    /** When, in own words, such as `this weekend` */
    timeframe?: string | null;
    /** What else matters, in own words */
    otherPreferences?: string | null;
    /** The first day. It is not over yet somewhere on Earth, and at most two years ahead. */
    startDate?: string;
    /** Who travels, at most 20 people */
    travellers?: {
      /** At least one */
      adults: number;
      /** By default 0 */
      children: number;
    };
    /** What the activities, meals and tickets may cost, without travel and lodging. Costs in the plan are in its currency. */
    budget?: {
      /** More than 0 */
      amount: number;
      /** ISO 4217 code, such as EUR */
      currency: string;
      /** Whether it is for each person, or for all together (the default) */
      per: "person" | "all";
    };
    /** How full the days are */
    pace?: "relaxed" | "balanced" | "packed";
    /** What meals must keep to, such as `vegetarian` */
    diet?: string[];
    /** What places and ways must allow, such as `wheelchair` */
    accessibility?: string[];
    /** Where the days begin and end, for example the hotel */
    startPoint?: string;
    /** The language of the plan's texts (BCP 47). By default that of the request. */
    language?: string;
    /** The last day of the events */
    endDate?: string;
    /** Where the events are */
    city?: string;
  };
  /** When the job was created */
  createdAt: string;
  /** When the job ended: completed, failed or canceled */
  completedAt: string | null;
  /** When the job is deleted */
  expiresAt: string;
  /** Why the job failed, for people */
  error: string | null;
  /** Why the job failed, for programs */
  failure: Failure | null;
  /** What wrote the plan */
  source: ("openai" | "sample" | "placeholder") | null;
  /** Number of attempts so far */
  attempt: number;
  /** The id of the job whose plan this job changes; `null`: it writes a new plan */
  refines: string | null;
  /** The ids of the jobs whose plans led to this one, oldest first, at most the last 50 */
  lineage: string[];
}
/** The noun of a kind of job in the API. */
type Noun = keyof JobsByNoun;
/** Jobs by the nouns of their kinds. */
interface JobsByNoun {
  itinerary: ItineraryJob;
  generation: GenerationJob;
}
/** Jobs in lists by the nouns of their kinds. */
interface SummariesByNoun {
  itinerary: ItinerarySummary;
  generation: GenerationSummary;
}
/** The bodies of `POST` by the nouns of their kinds. */
interface WishesByNoun {
  itinerary: ItineraryWish;
  generation: GenerationWish;
}
/** Changes of plans by the nouns of their kinds. */
interface ChangesByNoun {
  itinerary: ItineraryChange;
  generation: GenerationChange;
}
/** The members that identify a job by the nouns of their kinds. */
interface IdsByNoun {
  itinerary: {
    jobId: string;
  };
  generation: {
    generationId: string;
  };
}

/** A job of any kind, as `GET` shows it. */
type Job = JobsByNoun[Noun];
/** The member that identifies a job. A job is its own id. */
type JobId = IdsByNoun[Noun];
/** The type of the job that an id identifies. */
type JobOf<Id> = {
  [Kind in Noun]: Id extends IdsByNoun[Kind] ? JobsByNoun[Kind] : never;
}[Noun];
/** The type of a change of the plan of the job that an id identifies. */
type ChangeOf<Id> = {
  [Kind in Noun]: Id extends IdsByNoun[Kind] ? ChangesByNoun[Kind] : never;
}[Noun];
/** The parts of the plan of a job: days or bundles. */
type PartsOf<J extends Job> = J extends {
  partial: infer Parts;
} ? NonNullable<Parts>
  : never;
/** A job that has ended and no longer changes. */
type Ended<J> = J & {
  status: Exclude<Status, "processing">;
};
/**
 * Returns the finished parts of a plan: all days or bundles at the end of the job, and before that
 * the ones so far.
 *
 * @example Show a plan while it grows, and at its end
 * ```ts
 * await trips.watch(job, { onProgress: (job) => show(partsOf(job)) });
 * ```
 */
declare function partsOf<J extends Job>(job: J): PartsOf<J>;

/** Tells the time and waits. */
interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Waits `ms` milliseconds. Resolves early, without throwing, when `signal` aborts: callers check
   * the signal themselves.
   */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The part of a browser's storage that keeps the token. */
interface TokenStorage {
  /** Returns the value of a name; `null`: there is none. */
  getItem(name: string): string | null;
  /** Keeps the value of a name. */
  setItem(name: string, value: string): void;
}

/** How a lock is requested. */
interface LockOptions {
  /** Whether not to wait for a lock that is held. */
  ifAvailable: boolean;
}
/** The part of `navigator.locks` that counts the connections of all windows. */
interface Locks {
  /** Calls `hold` with a lock of this name, or with `null` if it is held. Frees it at the end. */
  request(
    name: string,
    options: LockOptions,
    hold: (lock: object | null) => Promise<void> | void,
  ): Promise<unknown>;
}

/** The functions of the browser that the client uses. Tests replace them. */
interface Platform {
  /** Sends a request. */
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Used for pauses only. The time of day may be wrong or change. */
  clock: Clock;
  /** Returns a number from 0 to 1. */
  random: () => number;
  /** Dispatches `online`, `pageshow` and `visibilitychange`; `null`: there are no such events. */
  events: Pick<EventTarget, "addEventListener" | "removeEventListener"> | null;
  /** Returns whether the page is hidden. */
  isHidden: () => boolean;
  /** Keeps the client token. `null`: the browser forbids storage; unset: this is no page. */
  storage: TokenStorage | null | undefined;
  /** Counts the connections of all windows; `null`: each client counts its own. */
  locks: Locks | null;
}
/** Options of a client. */
interface TripClientOptions {
  /** The URL of the service, such as `https://trips.example`; unset: the site of the page. */
  baseUrl?: string | undefined;
  /** For services that require a key. It is sent as `Authorization: Bearer`. */
  apiKey?: string | undefined;
  /**
   * The owner of the jobs, sent as `Client-Token`: 16 to 128 random characters. Unset: a page uses
   * a token that its browser keeps.
   */
  clientToken?: string | undefined;
  /** Replaces functions of the browser, for tests and for other runtimes. */
  platform?: Partial<Platform> | undefined;
}
/** Options of each call. */
interface CallOptions {
  /** Ends the call at once. The call rejects with the reason of the signal. */
  signal?: AbortSignal | undefined;
}

/** What a list contains. */
interface ListOptions extends CallOptions {
  /** Only the jobs that change the plan of this job. */
  refines?: JobId | undefined;
  /** The number of jobs on a page, at most 100; unset: 20. */
  limit?: number | undefined;
  /** The jobs of all callers. This needs an API key with the scope `read_all`. */
  all?: boolean | undefined;
}
/** A page of a list. */
interface Page<Summary> {
  /** The jobs, newest first, without their plans. */
  items: Summary[];
  /** Leads to the next page; `null`: this is the last one. */
  nextCursor: string | null;
}
/** A list of jobs, newest first. `for await` reads its pages one after the other. */
interface TripList<Summary> extends AsyncIterable<Summary> {
  /**
   * Reads one page.
   *
   * @param cursor `nextCursor` of the page before it; unset: the first page
   * @throws {TripError} if the service refuses the request, or no attempt succeeds
   */
  page(cursor?: string | null): Promise<Page<Summary>>;
}

/**
 * How the client watches a job. `live`: by an open stream; `polling`: by polls; `lost`: it cannot
 * reach the server and keeps trying.
 */
type Connection = "live" | "polling" | "lost";
/** Options of `watch()`. */
interface WatchOptions<J> extends CallOptions {
  /** Called with the job as `GET` shows it: at first, after each change, and at the end. */
  onProgress?: ((job: J) => void) | undefined;
  /** Called when the connection changes. */
  onConnection?: ((connection: Connection) => void) | undefined;
}

/** Options of calls that create a job. */
interface CreateOptions extends CallOptions {
  /** Lets a page send the same request again after a reload; unset: a random key. */
  idempotencyKey?: string | undefined;
}
/** Creates jobs of a service, reads them and watches them. */
interface TripClient {
  /**
   * Creates a job of any kind.
   *
   * @param noun the noun of the kind in the API, such as `itinerary`
   * @param wish the body of the request
   * @throws {TripError} if the service refuses the request, or no attempt succeeds
   */
  create<Kind extends Noun>(
    noun: Kind,
    wish: WishesByNoun[Kind],
    options?: CreateOptions,
  ): Promise<JobsByNoun[Kind]>;
  /**
   * Creates an itinerary.
   *
   * @throws {TripError} if the service refuses the request, or no attempt succeeds
   */
  createItinerary(wish: ItineraryWish, options?: CreateOptions): Promise<ItineraryJob>;
  /**
   * Creates a generation of bundles.
   *
   * @throws {TripError} if the service refuses the request, or no attempt succeeds
   */
  createGeneration(wish: GenerationWish, options?: CreateOptions): Promise<GenerationJob>;
  /**
   * Changes the plan of a completed job: creates a job that writes what changes. The job does not
   * change.
   *
   * @example Another second day, and less walking after that
   * ```ts
   * const { jobId } = await trips.refine(job, { day: 2 });
   * const calm = await trips.watch({ jobId });
   * await trips.refine(calm, { instruction: "Less walking on the third day" });
   * ```
   *
   * @throws {TripError} if the service refuses the change, or no attempt succeeds
   */
  refine<Id extends JobId>(
    job: Id,
    change: ChangeOf<Id>,
    options?: CreateOptions,
  ): Promise<JobOf<Id>>;
  /**
   * Lists the jobs of this client, newest first, without their plans. A client is known by its API
   * key or its client token.
   *
   * @example All itineraries, and a page of five
   * ```ts
   * for await (const { destination, status } of trips.list("itinerary")) {
   *   console.log(destination, status);
   * }
   * const { items, nextCursor } = await trips.list("itinerary", { limit: 5 }).page();
   * ```
   */
  list<Kind extends Noun>(noun: Kind, options?: ListOptions): TripList<SummariesByNoun[Kind]>;
  /**
   * Reads the current state of a job.
   *
   * @throws {TripError} if the job does not exist, the caller may not see it, or no attempt succeeds
   */
  get<Id extends JobId>(job: Id, options?: CallOptions): Promise<JobOf<Id>>;
  /**
   * Watches a job until it completes, fails or is canceled. There is no time limit.
   *
   * @example Continue to watch after a reload, and stop when the user leaves
   * ```ts
   * const trips = createTripClient();
   * const leaving = new AbortController();
   * const jobId = localStorage.getItem("trip")!;
   * const { status } = await trips.watch({ jobId }, { signal: leaving.signal });
   * console.log(status);
   * ```
   *
   * @throws {TripError} if the job does not exist, or the caller may not see it
   */
  watch<Id extends JobId>(job: Id, options?: WatchOptions<JobOf<Id>>): Promise<Ended<JobOf<Id>>>;
  /**
   * Cancels a job. Returns a job that has already ended as it is.
   *
   * @throws {TripError} if another client has created the job, or no attempt succeeds
   */
  cancel<Id extends JobId>(job: Id, options?: CallOptions): Promise<JobOf<Id>>;
}
/**
 * Creates a client of the service at `baseUrl`. A client needs no cleanup.
 *
 * @example Create an itinerary, and show it while it grows
 * ```ts
 * const trips = createTripClient({ baseUrl: "https://trips.example" });
 * const job = await trips.createItinerary({ destination: "Lisbon", durationDays: 3 });
 * const done = await trips.watch(job, {
 *   onProgress: (job) => console.log(`${partsOf(job).length} days`),
 * });
 * console.log(done.status, done.itinerary);
 * ```
 *
 * @throws {TypeError} if `apiKey` or `clientToken` contains characters that are invalid in a header
 */
declare function createTripClient(options?: TripClientOptions): TripClient;

export { createTripClient, partsOf, TripError };
export type {
  Activity,
  Bundle,
  CallOptions,
  ChangeOf,
  Connection,
  CreateOptions,
  Day,
  Ended,
  GenerationChange,
  GenerationJob,
  GenerationSummary,
  GenerationWish,
  InvalidValue,
  ItineraryChange,
  ItineraryJob,
  ItinerarySummary,
  ItineraryWish,
  Job,
  JobId,
  JobOf,
  KeyEvent,
  ListOptions,
  Noun,
  Page,
  PartsOf,
  Platform,
  Status,
  TripClient,
  TripClientOptions,
  TripList,
  WatchOptions,
};
