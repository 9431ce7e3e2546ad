/** Test support: a wish with nodes a to d and one job, `j`, of one stage with two groups. */

import { type GroupId, groupId, nodeId } from '../../base/ids.ts'
import { apply } from '../../meta/apply.ts'
import type { MetaCommand } from '../../meta/command.ts'
import { emptyMeta, META_GROUP, type MetaState } from '../../meta/state.ts'

export const FIRST = groupId(META_GROUP + 1)
export const SECOND = groupId(META_GROUP + 2)

const nodes = [...'abcd'].map((id): MetaCommand => {
  const rest = { boot: 1, zone: '', host: '', address: '', http: '' }
  return { kind: 'node', node: { id: nodeId(id), store: `${id}-1`, ...rest } }
})

const submit: MetaCommand = {
  kind: 'submit',
  job: {
    ...{ name: 'j', text: '', digest: '', key: '', owner: 'o', replication: 3, offsets: [] },
    stages: [{ name: 's', partitions: 2 }],
  },
}

export const put = (group: GroupId, on: string): MetaCommand => ({
  kind: 'place',
  groups: [{ group, nodes: [...on].map(nodeId) }],
})

export function metaAfter(...commands: readonly MetaCommand[]): MetaState {
  return [...nodes, submit, ...commands].reduce((state, one) => {
    const { state: next, outcome } = apply(state, one)
    if (outcome !== 'done') throw new Error(`${one.kind} is refused: ${outcome}`)
    return next
  }, emptyMeta)
}
