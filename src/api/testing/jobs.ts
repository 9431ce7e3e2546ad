/** Test support: one job, `clicks`, of which everything is told. */

import type { JobFile, MetaAnswer, Trouble } from '../../node/jobs/body.ts'
import type {
  JobGroupReport,
  JobReport,
  JobState,
  JobsFace,
  NodeTrouble,
} from '../../node/jobs/face.ts'

type Wish = Parameters<JobsFace['wish']>[1]

export class ToldJobs implements Pick<JobsFace, keyof JobsFace> {
  readonly state = undefined
  readonly led: JobGroupReport[] = []
  readonly held: Trouble[] = []
  readonly files: { file: JobFile; key: string }[] = []
  readonly wishes: string[] = []
  jobState: JobState = 'running'
  refused: Trouble | undefined
  trouble: Trouble | undefined

  names = () => ['clicks']
  groups = (job: string) => (job === 'clicks' ? this.led : [])
  troubles = (job: string) => (job === 'clicks' ? this.held : [])

  report(
    job: string,
    said: readonly JobGroupReport[],
    besides: readonly NodeTrouble[] = [],
  ): JobReport | undefined {
    if (job !== 'clicks') return undefined
    const nodes = besides.map(({ node, code }) => `${node} ${code}`)
    const troubles = [...nodes, ...said.map(({ group }) => group)]
    const rest = { generation: 1, replication: 3, stages: [], troubles }
    return { job, state: this.jobState, wish: 'running', ...rest }
  }

  submit: JobsFace['submit'] = (file, { key }, done) => {
    this.files.push({ file, key })
    setImmediate(done, this.refused === undefined ? { job: 'clicks' } : { refused: this.refused })
  }

  wish(job: string, wish: Wish, done: (answer: MetaAnswer) => void): void {
    this.wishes.push(`${job} ${wish}`)
    setImmediate(done, this.refused === undefined ? { done: true } : { refused: this.refused })
  }
}

export const group = (index: number): JobGroupReport => ({
  ...{ group: `clicks/count/${index}`, id: (65_537 + index) as JobGroupReport['id'] },
  ...{ leads: true, generation: 1, isDrained: false },
})
