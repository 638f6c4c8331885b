/**
 * Protolab: simulators and closed-form models of distributed-systems protocols, compared with intervals.
 *
 * The only door: everything public stands here, and every type that a public value has can be named from here.
 */

// Charts
export * from "./charts/attribution-figure.ts";
export { findBrowser, NO_BROWSER_HINT } from "./charts/browser.ts";
export * from "./charts/cdf-figure.ts";
export * from "./charts/comparison-figure.ts";
export type { Drawing } from "./charts/drawing.ts";
export { type ExportJob, type ExportResult, exportFigures, type FigureFormat } from "./charts/export.ts";
export type { Figure, FigureText } from "./charts/figure.ts";
export * from "./charts/heatmap-figure.ts";
export { figureHtml, standaloneHtml } from "./charts/html.ts";
export { type SeriesFigureInput, seriesFigure } from "./charts/series-figure.ts";
export type {
  EstimatePoint,
  KneeInput,
  ModelPoint,
  PanelInput,
  SeriesInput,
  TargetInput,
} from "./charts/series-input.ts";
export { type PanelOfMany, type SmallMultiplesInput, smallMultiples } from "./charts/small-multiples.ts";
export { type SpaceTimeDiagram, spaceTime } from "./charts/space-time.ts";
export type { SpaceTimeOptions } from "./charts/space-time-input.ts";
export { staticSvg } from "./charts/static-svg.ts";
// Checkers
export { type Decision, type Disagreement, disagreement } from "./checkers/agreement.ts";
export { ANOMALIES, type Anomaly } from "./checkers/anomalies.ts";
export {
  LinearizabilityMonitor,
  type MonitorResult,
  type MonitorViolation,
} from "./checkers/linearizability-monitor.ts";
export { type Linearizability, type LinearizableOptions, linearizable } from "./checkers/linearizable.ts";
export {
  SessionMonitor,
  type SessionMonitorResult,
  type SessionViolation,
} from "./checkers/session-monitor.ts";
export {
  describeSession,
  SESSION_GUARANTEES,
  type SessionGuarantee,
  type SessionOptions,
  type SessionVerdict,
  sessionGuarantees,
} from "./checkers/sessions.ts";
export { describeWitness, type Witness } from "./checkers/witness.ts";

import { progressDisplay } from "./notebook/display.ts";
import { useProgressLines } from "./study/progress.ts";

// Studies do not know what a notebook is; whoever comes through this door sees their progress in either place.
useProgressLines(progressDisplay);

// Core: quantities, errors, randomness, distributions, systems
export { AliasTable } from "./core/alias-table.ts";
export * from "./core/distributions.ts";
export * from "./core/errors.ts";
export { EventQueue } from "./core/event-queue.ts";
export type * from "./core/fault-types.ts";
export { fault, type TimesGiven } from "./core/faults.ts";
export * from "./core/features.ts";
export * from "./core/goodness-of-fit.ts";
export { harmonicNumber } from "./core/harmonic.ts";
export * from "./core/history-types.ts";
export * from "./core/key-popularity.ts";
export * from "./core/machines.ts";
export { defineModel } from "./core/model.ts";
export type {
  AnyModel,
  ChoiceInput,
  Derivative,
  InputGiven,
  InputTable,
  InputValue,
  Model,
  ModelAnswer,
  ModelDefinition,
  ModelFunction,
  ModelGiven,
  ModelInput,
  ModelInputs,
  ModelOutputs,
  ModelSymbol,
  ModelTable,
  NumberInput,
  Quantity as ModelQuantity,
  StructuredInput,
  StructuredSymbol,
  SymbolRow,
  TableGiven,
} from "./core/model-types.ts";
export type { LanOptions, MatrixOptions, PortOptions } from "./core/networks.ts";
export * from "./core/parameters.ts";
export * from "./core/random.ts";
export { SlidingLog } from "./core/sliding-log.ts";
export * from "./core/special.ts";
export * from "./core/system.ts";
export type * from "./core/trace.ts";
export * from "./core/units.ts";
export * from "./core/workloads.ts";
// Models
export { optimalSplit } from "./models/balancing/static-split.ts";
export type { ElectionLaw } from "./models/consensus/election-law.ts";
export { type ElectionInputs, electionTimeLaw } from "./models/consensus/election-time-law.ts";
export { defineFlowModel, type FlowDefinition } from "./models/flow/flow-model.ts";
export {
  type Action,
  allBut,
  type Carried,
  type Flow,
  HEADER,
  OPERATION,
  type Quorum,
  sendAll,
} from "./models/flow/message-flow.ts";
export { modelNamed, models } from "./models/index.ts";
export { type AmdahlFit, fitAmdahl } from "./models/queueing/amdahl-fit.ts";
export { jacksonStations, type NetworkStation } from "./models/queueing/jackson.ts";
export { mm1MeanAt } from "./models/queueing/mm1-transient.ts";
export { approximateMva, type ClosedSolution, exactMva, exactMvaClasses } from "./models/queueing/mva.ts";
export { fitUsl, type UslFit, type UslInterval, type UslPoint } from "./models/queueing/usl-fit.ts";
// Notebooks
export {
  displayBundle,
  displayFigure,
  inNotebook,
  type ProgressDisplay,
  progressDisplay,
} from "./notebook/display.ts";
export { installKernel, kernelSpec, uninstallKernel } from "./notebook/kernel-spec.ts";
export {
  isPlotlyFigure,
  type MimeBundle,
  type PlotlyFigure,
  RICH_DISPLAY,
  type RichValue,
} from "./notebook/mime.ts";
export { displayModel, type ShownModel, symbolTable } from "./notebook/model-display.ts";
export { type NotebookRun, runNotebook } from "./notebook/notebook-run.ts";
export { type Provenance, provenance } from "./notebook/provenance.ts";
export { notebookReport, type ReportOptions } from "./notebook/report.ts";
// Simulation and protocols
export { policies as balancingPolicies } from "./protocols/balancing/policies/index.ts";
export type { Policy, PolicyKind, View } from "./protocols/balancing/policies/policy.ts";
export * from "./protocols/builders.ts";
export { protocolIndex, protocolNamed } from "./protocols/index.ts";
export { mutantIndex, mutantNamed } from "./protocols/mutants.ts";
export {
  type BoundedLoads,
  type BoundedLoadsOptions,
  firstAccepting,
} from "./protocols/sharding/placement/bounded-loads.ts";
export { jumpBucket } from "./protocols/sharding/placement/jump.ts";
export { hashKey, type Key } from "./protocols/sharding/placement/key-hash.ts";
export type { Maglev, MaglevOptions } from "./protocols/sharding/placement/maglev.ts";
export type { Placement } from "./protocols/sharding/placement/placement.ts";
export type { KeyRange, RangeMap } from "./protocols/sharding/placement/ranges.ts";
export type { RendezvousOptions } from "./protocols/sharding/placement/rendezvous.ts";
export type { Ring, RingOptions } from "./protocols/sharding/placement/ring.ts";
export { placements } from "./protocols/sharding/placements.ts";
export { buildSystem, type Machines, type SystemBuilder, systemBuilder } from "./protocols/system.ts";
export type { FaultMark, FaultSpan, LeaderSpan } from "./simulation/fault-log.ts";
export type { HistoryChunk, HistoryRow, HistorySink, Outcome } from "./simulation/history.ts";
export type { Mutant, MutantClass } from "./simulation/mutant.ts";
export {
  type AnyProtocol,
  type Context,
  erased,
  type MessageShape,
  type Operation,
  type Protocol,
  type SystemFacts,
} from "./simulation/protocol.ts";
export { type Audit, type RunResult, type SimulateOptions, simulateRun } from "./simulation/run.ts";
export { drawSwarm, type SwarmOptions } from "./simulation/swarm.ts";
export { type Attribution, PARTS, type Part } from "./simulation/tracer.ts";
export { formatAction, parseAction, type WalkAction } from "./simulation/walk-action.ts";
// Statistics
export * from "./statistics/batch-means.ts";
export type { Series } from "./statistics/checks.ts";
export * from "./statistics/descriptive.ts";
export * from "./statistics/histogram.ts";
export {
  DEFAULT_LEVEL,
  type Interval,
  momentsInterval,
  type PairedInterval,
  pairedDifference,
  proportionInterval,
  relativeHalfWidth,
  replicationInterval,
  simultaneousLevel,
} from "./statistics/interval.ts";
export * from "./statistics/kolmogorov-smirnov.ts";
export * from "./statistics/moments.ts";
export * from "./statistics/quantiles.ts";
export * from "./statistics/sequential.ts";
export * from "./statistics/verdict.ts";
export * from "./statistics/warm-up.ts";
// Studies
export { type AvailabilityOptions, AvailabilityResult, availability } from "./study/availability.ts";
export { balancerTheory } from "./study/balancer-theory.ts";
export {
  type CampaignOptions,
  type CampaignResult,
  campaign,
  campaignSystem,
  type FailureReport,
  reportWalk,
  runsFor95,
  type Tally,
} from "./study/campaign.ts";
export { claim } from "./study/claim.ts";
export type {
  ComparableModel,
  CompareOptions,
  CompareSpec,
  Comparison,
  Prediction,
} from "./study/comparison.ts";
export type {
  AttributionPlotOptions,
  ComparisonChoice,
  ComparisonPlotOptions,
  ErrorMapOptions,
} from "./study/comparison-figures.ts";
export { compareElections, type ElectionComparison, electionInputs } from "./study/election-models.ts";
export { type ElectionOptions, ElectionResult, elections } from "./study/elections.ts";
export type { Estimate, Estimates } from "./study/estimates.ts";
export { closeWorkers, WorkerError } from "./study/execution.ts";
export { faultText } from "./study/fault-words.ts";
export type { KneeRequest, KneeRow, ModelledKnee } from "./study/knee.ts";
export { type MeasureName, type MeasureReference, quantileLabel, quantileOfLabel } from "./study/measures.ts";
export type { RunOptions, RunSettings, WarmUp } from "./study/options.ts";
export { type PlayedScript, playScript } from "./study/play-script.ts";
export type { Axes, NumericPoint, PointShape, PointValue } from "./study/points.ts";
export { type ProgressLine, type ProgressReport, useProgressLines } from "./study/progress.ts";
export { type PublishedTable, publishedNames, publishedTable } from "./study/published-table.ts";
export { type QueueGroup, type QueueOptions, type QueueResult, simulateQueues } from "./study/queues.ts";
export { PointResult, Replay, type ReplayOptions } from "./study/replay.ts";
export { type RunFacts, StudyResult } from "./study/result.ts";
export type { ExportedFiles, ExportOptions as StudyExportOptions } from "./study/result-export.ts";
export type { PlotOptions } from "./study/result-figures.ts";
export type { TableColumn, TextTable } from "./study/result-table.ts";
export type { RowAttribution, StudyRow } from "./study/row.ts";
export { network, type RttMatrixOptions } from "./study/rtt-matrix.ts";
export type { LoadState } from "./study/steadiness.ts";
export { Study, type StudyDefinition, study } from "./study/study.ts";
export { loadStudyFile, type StudyFile } from "./study/study-file.ts";
export { TimeSample } from "./study/time-sample.ts";
