/** Names: each is told from every other, and from those of strangers. */

import { expect, test } from 'vitest'
import { groupId } from '../../base/ids.ts'
import { partOf, segmentName, segmentOf } from '../../base/segments/names.ts'
import { imageName, isImage, isOurs, isPart, wholeOf } from './names.ts'

test('images are named by group, index, boot and serial', () => {
  const name = imageName(groupId(3), 1000, 2, 7)
  expect(name).toBe('image-3-1000-2-7')
  expect(isImage(name)).toBe(true)
  expect(segmentOf(name)).toBe(undefined)
})

test('a part is one of a file of ours', () => {
  for (const name of ['identity', 'boot', segmentName(1), imageName(groupId(1), 1, 1, 0)]) {
    expect(isOurs(name)).toBe(true)
    expect(isPart(name)).toBe(false)
    expect(isPart(partOf(name))).toBe(true)
    expect(wholeOf(partOf(name))).toBe(name)
    expect(wholeOf(name)).toBe(name)
    expect(isOurs(partOf(name))).toBe(false)
  }
})

test('names of strangers are none of ours', () => {
  const names = ['log', 'log-1', 'log-00000000011', 'xlog-0000000001', 'LOCK', 'image-1-2-3', '']
  for (const name of [...names, 'notes.part', '.part', 'identity~', 'lost+found']) {
    expect(isOurs(name) || isPart(name)).toBe(false)
  }
})
