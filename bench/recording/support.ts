/**
 * What the recording takes from the helpers of the tests. This is its only way to anything outside of
 * its own folder.
 * @module
 */
export {
  chatChunks,
  frame,
  message,
  reasoning,
  responseBody,
  responseEvents,
  type StreamEvent,
} from "../../testing/event_stream.ts";
export { serveLocally } from "../../testing/local_server.ts";
export { Program, workDirectory } from "../../testing/program.ts";
export { answerWeather, weatherEnv } from "../../testing/weather_server.ts";
