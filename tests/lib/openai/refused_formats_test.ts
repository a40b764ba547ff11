/**
 * Requests of which a server refuses the format of the answer, in the words of real servers. Exactly that part is dropped or
 * translated, at once, and for all later requests.
 */
import { cityTool } from "../../../testing/model_case.ts";
import {
  error,
  formatOf,
  hasKeyword,
  type RefusalCase,
  testRefusals,
} from "../../../testing/refusing_server.ts";

const tools = [cityTool];

const formats: RefusalCase[] = [
  {
    name: "patterns that are not anchored, as llama.cpp",
    how: "both",
    refuses: hasKeyword("pattern", "minItems"),
    says: {
      error: {
        code: 400,
        message: "JSON schema conversion failed:\nPattern must start with '^' and end with '$'",
        type: "invalid_request_error",
      },
    },
    sends: (body) => formatOf(body) === "json_schema",
  },
  {
    name: "a schema, with a fault of its own, as Ollama",
    how: "both",
    refuses: hasKeyword("minItems"),
    status: 500,
    says: error("invalid JSON schema in format", { type: "api_error" }),
    sends: (body) => formatOf(body) === "json_schema",
  },
  {
    name: "a keyword",
    how: "both",
    refuses: hasKeyword("minItems"),
    says: error("Invalid schema: 'minItems' is not supported"),
    sends: (body) => formatOf(body) === "json_schema",
  },
  {
    name: "what its grammar lacks, as vLLM",
    how: "both",
    refuses: hasKeyword("minItems"),
    says: {
      object: "error",
      message: "The provided JSON schema contains features not supported by xgrammar.",
      code: 400,
    },
    sends: (body) => formatOf(body) === "json_schema",
  },
  {
    name: "a schema with too many states, as Gemini",
    how: "both",
    refuses: hasKeyword("maxItems"),
    says: [{
      error: {
        code: 400,
        message: "The specified schema produces a constraint that has too many states for serving.",
        status: "INVALID_ARGUMENT",
      },
    }],
    sends: (body) => formatOf(body) === "json_schema",
  },
  {
    name: "schemas, as DeepSeek",
    how: "both",
    refuses: (body) => formatOf(body) === "json_schema",
    says: error("This response_format type is unavailable now", { code: "invalid_request_error" }),
    sends: (body) =>
      formatOf(body) === "json_object" && JSON.stringify(body).includes("JSON Schema"),
  },
  {
    name: "schemas, as Groq for some models",
    how: "both",
    refuses: (body) => formatOf(body) === "json_schema",
    says: error("This model does not support response format `json_schema`. See supported models."),
    sends: (body) => formatOf(body) === "json_object",
  },
  {
    name: "all formats",
    how: "both",
    refuses: (body) => formatOf(body) !== undefined,
    says: error("response_format is not supported by this model"),
    sends: (body) => JSON.stringify(body).includes("JSON Schema"),
    refusals: 2,
  },
  {
    name: "a grammar, as TGI",
    how: "chat",
    refuses: (body) => formatOf(body) !== undefined,
    status: 422,
    says: { error: "Input validation error: grammar is not supported", error_type: "validation" },
    refusals: 3,
  },
  {
    name: "a format beside functions, as Gemini",
    how: "respond",
    request: { tools },
    refuses: (body) => formatOf(body) !== undefined,
    says: error("Function calling with a response mime type: 'application/json' is unsupported"),
    sends: (body) => body.tools.length === 1,
  },
  {
    name: "constrained decoding",
    how: "both",
    refuses: (body) => formatOf(body) === "json_schema",
    says: error("Constrained decoding is not supported for this model"),
    sends: (body) => formatOf(body) === "json_object",
  },
  {
    name: "a refusal in the first event of an answer",
    how: "both",
    refuses: (body) => formatOf(body) === "json_schema",
    status: 200,
    says: { error: { message: "response_format type json_schema is not available", code: 400 } },
    sends: (body) => formatOf(body) === "json_object",
  },
];

testRefusals(formats);
