/** Drawn plans keep to the rules of job files: what keeps the last of each goes by its name. */

import { describe, expect, test } from 'vitest'
import { schemasOf } from '../../../src/engine/plan/schemas.ts'
import { keyTrouble } from '../../../src/job/plan/naming.ts'
import { Namings } from '../../../src/job/plan/namings.ts'
import { compilerOf } from '../../../src/sql/compiler.ts'
import { enginePlan } from '../run/texts.ts'
import { drawCase } from './case.ts'

const PLANS = 300

describe('plans whose results are said again', () => {
  const compiler = compilerOf()
  const drawn = Array.from({ length: PLANS }, (_, seed) => {
    const plan = enginePlan(drawCase(seed).plan)
    const schemas = schemasOf(plan, compiler)
    return { plan, namings: new Namings(plan, edge => schemas.of(edge), compiler) }
  })

  test('name them wherever they go', () => {
    for (const { namings } of drawn) expect(namings.troubles).toEqual([])
  })

  test('have sinks that keep the last of each by its name', () => {
    const kept = drawn.flatMap(({ plan, namings }) => {
      return plan.sinks.flatMap(({ from, key }) => {
        const naming = namings.of(from)
        return naming === undefined ? [] : [keyTrouble(naming, key)]
      })
    })
    expect(kept.length).toBeGreaterThan(PLANS / 4)
    expect(new Set(kept)).toEqual(new Set([undefined]))
  })
})
