import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const ray = /^ray=(.*)$/m.exec(read('scripts/fleet-python'))![1]!

interface Container {
  name: string
  image: string
  envFrom: { secretRef: { name: string } }[]
  resources: Record<'requests' | 'limits', Record<'cpu' | 'memory', string>>
  volumeMounts?: { name: string; mountPath: string }[]
}

interface Group {
  rayStartParams: Record<string, string>
  template: { spec: { containers: Container[]; volumes?: { name: string }[] } }
}

describe('the RayJob', () => {
  const documents = parseAllDocuments(read('fleet/kubernetes/rayjob.yaml'), { uniqueKeys: true })
  const job = documents[0]!.toJS() as {
    apiVersion: string
    kind: string
    spec: {
      entrypoint: string
      rayClusterSpec: {
        rayVersion: string
        headGroupSpec: Group
        workerGroupSpecs: (Group & Record<string, unknown>)[]
      }
    }
  }
  const { headGroupSpec: head, workerGroupSpecs: workers, rayVersion } = job.spec.rayClusterSpec

  it('is one of KubeRay, of the Ray that is tested', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([])
    expect(documents).toHaveLength(1)
    expect([job.apiVersion, job.kind, rayVersion]).toEqual(['ray.io/v1', 'RayJob', ray])
  })

  it('has the keys that a cluster wants, with texts where Ray takes texts', () => {
    for (const group of [head, ...workers]) {
      for (const value of Object.values(group.rayStartParams)) expect(typeof value).toBe('string')
      for (const { name, image, envFrom, resources } of group.template.spec.containers) {
        expect({ name, image }).toEqual({ name: expect.stringMatching(/^[a-z-]+$/), image: 'IMAGE' })
        expect(envFrom).toEqual([{ secretRef: { name: 'drives-credentials' } }])
        for (const part of ['requests', 'limits'] as const) {
          expect(resources[part]).toEqual({
            cpu: expect.stringMatching(/^\d+$/),
            memory: expect.stringMatching(/^\d+Gi$/),
          })
        }
      }
    }
    for (const { groupName, replicas, minReplicas, maxReplicas } of workers) {
      expect(groupName).toEqual(expect.any(String))
      expect(minReplicas).toBeLessThanOrEqual(replicas as number)
      expect(replicas).toBeLessThanOrEqual(maxReplicas as number)
    }
  })

  it('writes its results to a volume that outlives it', () => {
    const [container] = head.template.spec.containers
    const [mount] = container!.volumeMounts!
    expect(job.spec.entrypoint).toContain(`--output ${mount!.mountPath}`)
    expect(head.template.spec.volumes!.map(({ name }) => name)).toEqual([mount!.name])
    expect(head.rayStartParams['num-cpus']).toBe('0')
  })

  it('names no host: what is to be changed is in capitals', () => {
    const text = read('fleet/kubernetes/rayjob.yaml').replace(/^\s*#.*$/gm, '')
    expect(text).not.toMatch(/[a-z0-9-]+\.(?:com|net|org|cloud|internal)\b/)
    expect(text).toContain('s3://BUCKET/PREFIX')
  })
})

describe('the container', () => {
  const lines = read('fleet/Dockerfile')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))

  it('has instructions alone, copies what there is, and begins with what is tested', () => {
    for (const line of lines) expect(line).toMatch(/^(?:FROM|WORKDIR|COPY|RUN|USER) \S/)
    const copied = lines
      .filter(line => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap(line => line.split(/\s+/).slice(1, -1))
    expect(copied.length).toBeGreaterThan(5)
    expect(copied.filter(path => !existsSync(join(ROOT, path)))).toEqual([])
    expect(lines.filter(line => line.startsWith('FROM '))).toEqual([
      expect.stringMatching(/^FROM node:20-/),
      expect.stringMatching(new RegExp(`^FROM rayproject/ray:${ray}-py3`)),
    ])
  })

  it('does not run as root', () => {
    expect(lines.findLast(line => line.startsWith('USER '))).toBe('USER ray')
  })
})
