/** Shares of busy time, from a profile made by hand. */

import { expect, test } from 'vitest'
import { busyPercent, byFunction, byPart, type CpuProfile, partOf } from './profile.ts'

const frame = (id: number, functionName: string, url: string, lineNumber: number) => ({
  id,
  callFrame: { functionName, url, lineNumber },
})

const profile: CpuProfile = {
  nodes: [
    frame(1, '(idle)', '', -1),
    frame(2, 'step', 'file:///w/dist/raft/step.js', 9),
    frame(3, '', 'file:///w/node_modules/@grpc/grpc-js/build/src/call.js', 41),
    frame(4, 'writev', '', -1),
  ],
  samples: [1, 2, 2, 3, 4, 99],
  timeDeltas: [100, 40, 20, 30, 10, 500],
}

test.each([
  ['step', 'file:///w/dist/raft/step.js', 'raft'],
  ['step', 'file:///w/dist/raft/wire/packet.js', 'raft/wire'],
  ['f', 'file:///w/node_modules/@grpc/grpc-js/build/src/call.js', '@grpc/grpc-js'],
  ['f', 'file:///w/node_modules/protobufjs/src/reader.js', 'protobufjs'],
  ['f', 'node:internal/streams/writable', 'node:internal'],
  ['(garbage collector)', '', '(garbage collector)'],
  ['writev', '', 'native'],
])('%s of %s belongs to %s', (name, url, part) => {
  expect(partOf(name, url)).toBe(part)
})

test('shares are of the busy time, the largest first', () => {
  expect(byPart(profile)).toEqual([
    { name: 'raft', percent: 60 },
    { name: '@grpc/grpc-js', percent: 30 },
    { name: 'native', percent: 10 },
  ])
  expect(byFunction(profile).map(({ name }) => name)).toEqual([
    'step step.js:10',
    '(anonymous) call.js:42',
    'writev',
  ])
  // A sample that no node knows is not idle.
  expect(busyPercent({ ...profile, samples: [1, 2], timeDeltas: [300, 100] })).toBe(25)
})
