/** Outputs as text, so that any reader can show them: group, number, input, which of its. */

import { utf8Of } from '../../src/base/bytes.ts'
import type { GroupId } from '../../src/base/ids.ts'
import type { Output, SinkRun } from '../../src/journal/types.ts'
import { idIn, OUTPUT_PARTITIONS } from '../sim/publish/output.ts'

export function rendered(run: SinkRun, group: GroupId, topic: string): readonly Output[] {
  const id = idIn(run)
  return Array.from({ length: run.count }, (_, at) => {
    const number = run.first + at
    const value = utf8Of(`${group} ${number} ${id} ${at}`)
    const record = { key: null, value, headers: [], timestampMs: 0 }
    return { topic, partition: number % OUTPUT_PARTITIONS, record }
  })
}
