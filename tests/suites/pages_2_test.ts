import { registerTests } from "../../testing/suites.ts";

await registerTests("pages", 2);
