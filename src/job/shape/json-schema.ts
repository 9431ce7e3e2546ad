/**
 * A shape as JSON Schema (draft 07, which editors know best). It takes whatever the checker takes;
 * the checker knows a little more, the names that must exist, say. Wherever a value is no text, a
 * text with a variable may stand for it.
 */

import type { Json } from '../document/node.ts'
import type { Field, Fields, Shape, ShapeOf } from './shape.ts'
import { DURATION, SIZE } from './units.ts'

export interface JsonSchema {
  readonly [key: string]: Json | JsonSchema | readonly JsonSchema[] | undefined
}

const VARIABLE: JsonSchema = { type: 'string', pattern: '\\$\\{' }
const orVariable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, VARIABLE] })

/** Shapes that have a name of their own are written once, and referred to. */
export type Definitions = ReadonlyMap<Shape, string>

export interface SchemaHead {
  readonly title: string
  readonly description: string
}

export function jsonSchemaOf(root: Shape, head: SchemaHead, named: Definitions): JsonSchema {
  const writer = new SchemaWriter(named)
  const definitions = [...named].map(([shape, name]) => [name, writer.definition(shape)] as const)
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...head,
    ...writer.definition(root),
    definitions: Object.fromEntries(definitions),
  }
}

class SchemaWriter {
  readonly #named: Definitions

  constructor(named: Definitions) {
    this.#named = named
  }

  #schema(shape: Shape): JsonSchema {
    const name = this.#named.get(shape)
    return name === undefined ? this.definition(shape) : { $ref: `#/definitions/${name}` }
  }

  definition(shape: Shape): JsonSchema {
    switch (shape.kind) {
      case 'text':
        return textSchema(shape)
      case 'written':
        return shape.rule === undefined
          ? { type: 'string', minLength: 1 }
          : orVariable({ type: 'string', pattern: shape.rule.pattern.source })
      case 'number':
        return numberSchema(shape)
      case 'duration':
        return orVariable({ type: 'string', pattern: DURATION.source })
      case 'size':
        return orVariable({ type: 'string', pattern: SIZE.source })
      case 'flag':
        return orVariable({ type: 'boolean' })
      case 'json':
        return shape.map ? { type: 'object' } : {}
      case 'list':
        return {
          type: 'array',
          items: this.#schema(shape.of),
          minItems: shape.min,
          maxItems: shape.max,
        }
      case 'map':
        return this.#map(shape)
      case 'object':
        return this.#object(shape.fields)
      case 'tagged':
        return this.#tagged(shape)
      case 'either':
        return { anyOf: shape.shapes.map(one => this.#schema(one)) }
      case 'refused':
        return { description: shape.sentence, not: {} }
    }
  }

  #map({ of, key, min }: ShapeOf<'map'>): JsonSchema {
    return {
      type: 'object',
      propertyNames: { pattern: key.pattern.source },
      minProperties: min,
      additionalProperties: this.#schema(of),
    }
  }

  #object(fields: Fields): JsonSchema {
    return {
      type: 'object',
      properties: this.#properties(fields),
      required: requiredOf(fields),
      additionalProperties: false,
    }
  }

  #tagged({ common, tags }: ShapeOf<'tagged'>): JsonSchema {
    return {
      ...this.#object({ ...common, ...tags }),
      required: requiredOf(common),
      oneOf: Object.keys(tags).map(tag => ({ required: [tag] })),
    }
  }

  #properties(fields: Fields): JsonSchema {
    return Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, this.#field(field)] as const),
    )
  }

  /** Beside `$ref` draft 07 ignores everything, so that the sentence stands around it. */
  #field({ shape, about }: Field): JsonSchema {
    const schema = this.#schema(shape)
    if ('$ref' in schema) return { description: about, allOf: [schema] }
    return { description: about, ...schema }
  }
}

const requiredOf = (fields: Fields) =>
  Object.entries(fields)
    .filter(([, { isRequired }]) => isRequired)
    .map(([name]) => name)

function textSchema({ choices, rule }: ShapeOf<'text'>): JsonSchema {
  if (choices !== undefined) return orVariable({ type: 'string', enum: choices })
  if (rule === undefined) return { type: 'string' }
  return orVariable({ type: 'string', pattern: rule.pattern.source })
}

function numberSchema({ min, max, whole }: ShapeOf<'number'>): JsonSchema {
  return orVariable({ type: whole ? 'integer' : 'number', minimum: min, maximum: max })
}
