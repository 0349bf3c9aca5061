// Longer than most: a table of questions, one row each.
/** A question that is built into windshield. */
export interface Question {
  about: string;
  sql: string;
}

const minute = 'floor(time_s / 60)::integer';

/** By name. Each answer's first column is the drive; `minute` or `time_s` is the place in it. */
export const questions = {
  'p99-by-drive': {
    about: 'how long results took, drive by drive',
    sql: `select drive, round(quantile_cont(total_ms, 0.5), 2) as p50_ms,
  round(quantile_cont(total_ms, 0.99), 2) as p99_ms, count(*) as frames
from latency where stage = 'frame' group by drive order by p99_ms desc limit 50`,
  },
  'slowest-minutes': {
    about: 'the minutes in which results took longest',
    sql: `select drive, ${minute} as minute, round(quantile_cont(total_ms, 0.99), 2) as p99_ms, count(*) as frames
from latency where stage = 'frame' group by drive, minute order by p99_ms desc limit 20`,
  },
  'slow-stages': {
    about: 'what each stage takes, over all drives',
    sql: `select stage, round(quantile_cont(total_ms, 0.5), 2) as p50_ms, round(quantile_cont(total_ms, 0.99), 2) as p99_ms,
  round(avg(inference_ms), 2) as inference_ms, round(avg(preprocess_ms), 2) as preprocess_ms
from latency where stage <> 'frame' group by stage order by p50_ms desc`,
  },
  unsure: {
    about: 'the minutes in which the detector is least sure',
    sql: `select drive, ${minute} as minute, round(avg(score), 3) as mean_score, count(*) as boxes
from detections group by drive, minute having count(*) >= 20 order by mean_score limit 20`,
  },
  'unsure-signs': {
    about: 'signs that were read with little certainty, or as several classes along one track',
    sql: `select drive, epoch, track_id, round(min(time_s), 2) as time_s, count(distinct class_name) as readings,
  mode(class_name) as read_as, round(avg(probability), 3) as mean_probability
from signs where track_id > 0 group by drive, epoch, track_id
having count(distinct class_name) > 1 or avg(probability) < 0.7 order by readings desc, mean_probability limit 20`,
  },
  'networks-disagree': {
    about: 'much car in the class map and no vehicle in the boxes',
    sql: `select s.drive, s.frame_id, round(s.time_s, 2) as time_s, round(s.share, 3) as car_share
from segmentation s anti join (select drive, frame_id from detections
  where class_name in ('car', 'truck', 'bus')) d using (drive, frame_id)
where s.class_name = 'car' and s.share > 0.05 order by s.share desc limit 20`,
  },
  'driver-disagrees': {
    about: 'the seconds in which steering is farthest from the driver',
    sql: `select s.drive, floor(s.time_s)::integer as second, round(degrees(avg(abs(s.angle_rad - t.steering_rad))), 2) as mean_error_deg,
  round(degrees(max(abs(s.angle_rad - t.steering_rad))), 2) as most_deg
from steering s join truth_vehicle t using (drive, frame_id)
where t.steering_rad is not null group by s.drive, second order by mean_error_deg desc limit 20`,
  },
  'missed-objects': {
    about: 'large true objects that no box of their class lies on',
    sql: `select t.drive, t.object_id, t.class_name, count(*) as frames, round(min(t.time_s), 2) as time_s,
  round(max(t.y_max_px - t.y_min_px)) as height_px
from truth_objects t anti join detections d on t.drive = d.drive and t.frame_id = d.frame_id and t.class_name = d.class_name
  and least(t.x_max_px, d.x_max_px) > greatest(t.x_min_px, d.x_min_px)
  and least(t.y_max_px, d.y_max_px) > greatest(t.y_min_px, d.y_min_px)
where t.occlusion <= 0.5 and t.y_max_px - t.y_min_px >= 40
group by t.drive, t.object_id, t.class_name order by frames desc limit 20`,
  },
  'rarest-signs': {
    about: 'what signs there are, the rarest first',
    sql: `select sign_name, count(*) as tracks, count(distinct drive) as drives, any_value(drive) as in_drive,
  round(any_value(first_s), 2) as time_s
from tracks where sign_name is not null group by sign_name order by tracks, sign_name`,
  },
  'near-misses': {
    about:
      'vehicles and people that come near: time to collision by the growth of their box, below 3 s',
    sql: `with seen as (select drive, epoch, track_id, class_name, frame_id, time_s, y_max_px - y_min_px as height_px,
    lag(y_max_px - y_min_px, 10) over w as before_px, time_s - lag(time_s, 10) over w as dt
  from detections where track_id > 0 and class_name not in ('traffic_sign', 'traffic_light')
  window w as (partition by drive, epoch, track_id order by frame_id)),
ttc as (select *, height_px * dt / (height_px - before_px) as ttc_s from seen where height_px > before_px * 1.05 and height_px >= 30)
select drive, epoch, track_id, any_value(class_name) as class_name, round(min(ttc_s), 2) as least_ttc_s,
  round(arg_min(time_s, ttc_s), 2) as time_s
from ttc group by drive, epoch, track_id having min(ttc_s) < 3 order by least_ttc_s limit 20`,
  },
  'short-tracks': {
    about: 'what flickers: drives by their share of tracks shorter than half a second',
    sql: `select drive, count(*) as tracks, round(avg((last_s - first_s < 0.5)::integer), 3) as short_share
from tracks group by drive order by short_share desc limit 20`,
  },
  'what-is-there': {
    about: 'objects by class: boxes, tracks, drives',
    sql: `select class_name, count(*) as tracks, sum(frames)::bigint as boxes, count(distinct drive) as drives,
  round(avg(mean_score), 3) as mean_score from tracks group by class_name order by boxes desc`,
  },
  'novel-minutes': {
    about: 'the minutes that show what the rig does not know, worth labelling first',
    sql: `select drive, ${minute} as minute, round(max(novelty), 2) as most, round(avg(novelty), 2) as mean,
  sum(is_novel::integer)::bigint as novel_frames, count(*) as frames
from frames where novelty is not null group by drive, minute having bool_or(is_novel) order by mean desc limit 50`,
  },
  'steering-off-the-road': {
    about:
      'the seconds in which the steering leads away from lane, free space or driver, a second ahead',
    sql: `select * from (select drive, floor(time_s)::integer as second, round(avg(abs(lane_m)), 2) as off_lane_m,
  round(avg(abs(free_space_m)), 2) as off_free_space_m, round(avg(abs(driver_m)), 2) as off_driver_m
from steering where ahead_m is not null group by drive, second)
order by greatest(coalesce(off_lane_m, 0), coalesce(off_free_space_m, 0), coalesce(off_driver_m, 0)) desc limit 20`,
  },
  'limited-steering': {
    about: 'drives by how often the steering limit spoke',
    sql: `select drive, round(avg(is_limited::integer), 3) as limited_share, round(degrees(max(abs(raw_angle_rad))), 1) as most_deg
from steering group by drive order by limited_share desc limit 20`,
  },
  lost: {
    about: 'frames that were dropped, stages that did not answer, and health codes, by drive',
    sql: `select drive, 'dropped: ' || reason as what, sum(count)::bigint as frames from drops group by all
union all select drive, stage || ': ' || state, count(*) from stages where state <> 'ok' group by all
union all select drive, 'health: ' || code, count(*) from health group by all
order by frames desc limit 50`,
  },
  drives: {
    about: 'the drives, longest first',
    sql: `select drive, round(sum(duration_s), 1) as seconds, sum(frames)::bigint as frames, sum(truth_frames)::bigint as with_truth, any_value(width_px) as width_px
from drives group by drive order by seconds desc limit 50`,
  },
} as const satisfies Record<string, Question>;

export type QuestionName = keyof typeof questions;
