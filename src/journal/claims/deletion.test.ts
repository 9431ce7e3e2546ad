/** What a job shows that somebody deletes: beside a start, and behind a deletion, even cut off. */

import { describe, expect, it } from 'vitest'
import { Prng } from '../../base/prng.ts'
import type { ModelLog } from '../testing/model-log.ts'
import { Rig } from '../testing/rig.ts'
import type { Claim } from '../types.ts'
import type { ClaimWish } from './claiming.ts'
import { SEATS, start, submit, World } from './testing/world.ts'

const ENTRIES = 3
const SEEDS = 300
const EVE: Claim = { generation: 1, owner: 'eve' }
const gone: ClaimWish = { kind: 'delete', claim: EVE }
const two = SEATS.slice(0, 2)

/** Takes the job up from its first entry, and lets all out. */
function shown(claim: Claim, log: ModelLog): Rig {
  const rig = new Rig({ claim }, log)
  rig.elect(0)
  for (let at = 0; at < ENTRIES; at++) rig.commit()
  rig.settle(3000)
  return rig
}

/** A job of two groups, the first of which has shown its outputs. */
function living(): { readonly world: World; readonly before: readonly unknown[] } {
  const world = new World()
  world.describe(two.length)
  world.decided(submit('eve'), two)
  const first = shown(EVE, world.log)
  const before = first.visible('home')
  first.depose(0)
  return { world, before }
}

const isDeleted = (world: World): readonly boolean[] =>
  two.map(seat => world.records(seat).some(({ kind }) => kind === 'deleted'))

/** Calls are taken and answered in any order; none is lost. */
function raced(world: World, prng: Prng): void {
  for (let step = 0; step < 200; step++) {
    const one = world.log.pending[prng.below(world.log.pending.length || 1)]
    const kind = prng.pick(['take', 'deliver', 'finish', 'pass'] as const)
    if (kind === 'pass') world.clock.pass(prng.below(9) * 5)
    else if (one !== undefined) world.log[kind](one)
  }
  world.log.expire()
  world.settle(60_000)
}

describe('a start beside a deletion', () => {
  it('holds, and its groups go on where they were; or the job is deleted, and both know', () => {
    const held = new Set<string>()
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { world, before } = living()
      const deletion = world.claim(gone, two, { seed: 1 })
      const started = world.claim(start('bob'), two, { seed: 2 })
      raced(world, new Prng(seed))
      if (started.outcome?.kind === 'done') {
        held.add('start')
        expect(deletion.outcome).toMatchObject({ trouble: { code: 'generation-superseded' } })
        expect(isDeleted(world)).toEqual([false, false])
        const rig = shown(started.outcome.claim, world.log)
        expect(rig.visible('home')).toEqual(before)
        expect(rig.one.journal.stages).toEqual(['ready'])
      } else {
        held.add('deletion')
        expect(started.outcome).toMatchObject({ trouble: { code: 'job-deleted' } })
        expect(deletion.outcome).toMatchObject({ kind: 'done' })
        expect(isDeleted(world)).toContain(true)
      }
    }
    expect([...held].sort()).toEqual(['deletion', 'start'])
  })
})

describe('a start behind a deletion', () => {
  const cutOff = (world: World): void => {
    const deletion = world.claim(gone, two)
    for (let turn = 0; turn < 400 && !isDeleted(world).includes(true); turn++) {
      const one = world.log.pending[0]
      if (one === undefined) world.clock.pass(1)
      else world.log.finish(one)
    }
    deletion.cancel()
    for (const one of [...world.log.pending]) world.log.lose(one)
    expect(isDeleted(world)).toEqual([true, false])
  }

  it.each([
    ['whole', (world: World) => void world.decided(gone, two)],
    ['cut off in its first partition', cutOff],
  ])('is refused, and shows nothing again; a submit holds: %s', (_, deleting) => {
    const { world, before } = living()
    deleting(world)
    const owners = world.owners
    expect(world.decided(start('bob'), two)).toMatchObject({
      trouble: { code: 'job-deleted', message: expect.stringContaining('submit it anew') },
    })
    expect(world.owners).toEqual(owners)
    expect(world.decided(gone, two)).toMatchObject({ kind: 'done' })
    expect(isDeleted(world)).toEqual([true, true])
    const claim = { generation: 2, owner: 'cid', deleted: 1 }
    expect(world.decided(submit('cid'), two)).toMatchObject({ kind: 'done', claim })
    const all = shown(claim, world.log).visible('home').flat()
    expect(all).toHaveLength(2 * before.flat().length)
    expect(world.decided(start('dan'), two)).toMatchObject({ kind: 'done' })
  })
})
