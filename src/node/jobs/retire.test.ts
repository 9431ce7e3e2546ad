/**
 * A replica of a job that goes: its rows before its log, so that a process that ends in between
 * finds it in its log, and lets it go once more.
 */

import { expect, test } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import { type Place, Town } from '../testing/members.ts'
import { FIRST } from '../testing/wishes.ts'

const ROW = Uint8Array.of(7)
const REPLICA = replicaId(1)

/** A node with one group of a job, and a row of it. */
function scene() {
  const town = new Town(['a'])
  const place = town.places[0]?.start() as Place
  let isBegun = false
  place.mustRun.member.begin(FIRST, REPLICA, [REPLICA], () => {
    isBegun = true
  })
  town.until(() => isBegun, 'a group')
  const rows = place.space(FIRST, 0)
  rows.write([{ key: ROW, value: ROW }], () => {})
  return { town, place, rows }
}

function retired(place: Place, told: string[]): void {
  place.mustRun.member.retire(FIRST, () => told.push('gone'))
}

test('nothing of it is left: neither rows nor log', () => {
  const { town, place, rows } = scene()
  const told: string[] = []
  retired(place, told)
  town.until(() => told.length > 0, 'its end')
  expect([place.inLog, rows.get(ROW)]).toEqual([[], undefined])
})

test.each([true, false])('its log stays until its rows are gone (open: %s)', isOpen => {
  const { town, place } = scene()
  if (!isOpen) {
    place.kill()
    place.start()
  }
  const rows = place.space(FIRST, 0)
  rows.write([{ key: ROW, value: ROW }], () => {})
  const told: string[] = []
  let go = () => {}
  rows.onClear = next => {
    go = next
  }
  retired(place, told)
  town.clock.pass(1000)
  expect([told, place.inLog]).toEqual([[], [FIRST]])
  go()
  town.until(() => told.length > 0, 'its end')
  expect([place.inLog, rows.get(ROW)]).toEqual([[], undefined])
})

test.each([true, false])('killed in between, it is found and goes at last (open: %s)', isOpen => {
  const { town, place, rows } = scene()
  if (!isOpen) {
    place.kill()
    place.start()
  }
  const told: string[] = []
  rows.onClear = () => {}
  place.space(FIRST, 0).onClear = () => {}
  retired(place, told)
  town.clock.pass(1000)
  place.kill()
  place.start()
  town.clock.pass(1000)
  expect([...place.mustRun.member.unopened.keys()]).toEqual([FIRST])
  retired(place, told)
  town.until(() => told.length > 0, 'its end')
  expect([told, place.inLog]).toEqual([['gone'], []])
})
