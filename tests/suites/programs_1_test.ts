import { registerTests } from "../../testing/suites.ts";

await registerTests("programs", 1);
