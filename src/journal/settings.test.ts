/** Settings of topics, one wrong at a time. */

import { describe, expect, it, test } from 'vitest'
import { journalTopic, judgePartitions, judgeTopic, type TopicUse } from './settings.ts'

const SETTINGS = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'min.insync.replicas': '2',
  'unclean.leader.election.enable': 'false',
}

function judged(use: TopicUse, wrong: Readonly<Record<string, string>>, replication = 3) {
  const settings = { ...SETTINGS, ...wrong }
  return judgeTopic('t', use, { partitions: 4, replication, settings }).map(one => one.message)
}

describe('a journal topic', () => {
  it('that is made as it should be is good', () => {
    expect(judged('journal', {})).toEqual([])
    for (const copies of [1, 2, 3, 9]) {
      const { settings, partitions, replication } = journalTopic('t', 7, copies)
      expect(judgeTopic('t', 'journal', { partitions, replication, settings })).toEqual([])
      expect([partitions, replication]).toEqual([7, Math.min(copies, 3)])
    }
  })

  test.each([
    ['cleanup.policy', 'compact', 'delete'],
    ['cleanup.policy', 'compact,delete', 'delete'],
    ['retention.ms', '604800000', '-1'],
    ['retention.bytes', '1000', '-1'],
    ['compression.type', 'zstd', 'producer'],
    ['compression.type', 'lz4', 'producer'],
    ['compression.type', 'snappy', 'producer'],
    ['min.insync.replicas', '1', '2'],
    ['min.insync.replicas', '4', '2'],
    ['unclean.leader.election.enable', 'true', 'false'],
  ])('with %s = %s is not: it needs %s', (setting, value, wanted) => {
    const [sentence, ...more] = judged('journal', { [setting]: value })
    expect(sentence).toContain(`topic t has ${setting} = ${value} and needs ${wanted}: `)
    expect(sentence).toContain(`set ${setting}=${wanted} and start again`)
    expect(more).toEqual([])
  })

  test.each(['none', 'producer', 'uncompressed', 'gzip'])('compressed with %s is good', value => {
    expect(judged('journal', { 'compression.type': value })).toEqual([])
  })

  it('with several wrong has a sentence for each', () => {
    expect(judged('journal', { 'retention.ms': '1', 'cleanup.policy': 'compact' })).toHaveLength(2)
  })

  test.each([
    [1, '1', 0],
    [2, '1', 0],
    [2, '3', 1],
    [3, '1', 1],
    [3, '3', 0],
  ])('of %i copies with %s in sync', (replication, value, findings) => {
    expect(judged('journal', { 'min.insync.replicas': value }, replication)).toHaveLength(findings)
  })

  test.each([
    [1, 3, '1', 'no min.insync.replicas fits all'],
    [1, 3, '2', 'no min.insync.replicas fits all'],
    [2, 3, '1', 'set min.insync.replicas=2'],
    [2, 3, '3', 'set min.insync.replicas=2'],
    [2, 3, '2', undefined],
    [1, 2, '1', undefined],
  ])('of %i to %i copies with %s in sync', (replication, replicationMax, value, why) => {
    const settings = { ...SETTINGS, 'min.insync.replicas': value }
    const topic = { partitions: 4, replication, replicationMax, settings }
    const found = judgeTopic('t', 'journal', topic).map(({ message }) => message)
    expect(found).toEqual(why === undefined ? [] : [expect.stringContaining(why)])
  })

  it('of a log that does not have a setting needs no judgement', () => {
    expect(judgeTopic('t', 'journal', { partitions: 1, replication: 1, settings: {} })).toEqual([])
  })

  it('has a partition for each group', () => {
    const found = { partitions: 3, replication: 1, settings: {} }
    expect(judgePartitions('t', 3, found)).toEqual([])
    expect(judgePartitions('t', 4, found)).toEqual([
      { code: 'bad-settings', message: expect.stringContaining('3 partitions and the job has 4') },
    ])
  })
})

describe('an output topic', () => {
  test.each([
    ['cleanup.policy', 'compact', 0],
    ['retention.ms', '1000', 0],
    ['retention.bytes', '1000', 0],
    ['compression.type', 'zstd', 0],
    ['min.insync.replicas', '1', 1],
    ['unclean.leader.election.enable', 'true', 1],
  ])('with %s = %s: findings', (setting, value, findings) => {
    expect(judged('output', { [setting]: value })).toHaveLength(findings)
  })
})
