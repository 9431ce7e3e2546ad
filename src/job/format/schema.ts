/** The JSON Schema of a job file, as it is published: docs/reference/job.schema.json. */

import { type JsonSchema, jsonSchemaOf } from '../shape/json-schema.ts'
import { definitions, jobShape } from './job.ts'

export function jobSchema(): JsonSchema {
  const head = {
    title: 'A job of Weir',
    description: 'A job file, in YAML, JSON or TOML: sources, steps, sinks.',
  }
  return jsonSchemaOf(jobShape, head, definitions)
}
