// The floor: what pairing, counting and publishing cost in C on rcl, with nothing that can be left out. Two
// subscriptions taken as serialized bytes into memory that is used again, pairs by equal stamps, masks of class ids
// below CLASSES in rows without padding. Nothing is checked: it is a measure, not a node.
#include <rcl/error_handling.h>
#include <rcl/rcl.h>
#include <sensor_msgs/msg/image.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dice_monitor/msg/segmentation_metrics.h>
#include <rosidl_runtime_c/primitives_sequence_functions.h>
#include <rosidl_runtime_c/string_functions.h>

enum { MAX_CLASSES = 256, WAITING = 16, SIDES = 2 };

static int classes;
static volatile sig_atomic_t stopped;
static void stop(int signal) { stopped = 1; }

static void check(rcl_ret_t code) {
  if (code == RCL_RET_OK) return;
  fprintf(stderr, "floor: %s\n", rcl_get_error_string().str);
  exit(1);
}

typedef struct {
  rcl_serialized_message_t message;
  uint32_t sec, nanosec;
} Slot;

// Of each topic, slots in the order of arrival; the one at `next` takes the next message.
static struct {
  Slot slots[WAITING];
  int next;
} sides[SIDES];

static const uint8_t *read_u32(const uint8_t *at, const uint8_t *start, uint32_t *value) {
  at += -(at - start) & 3;
  memcpy(value, at, 4);
  return at + 4;
}

typedef struct {
  const char *frame_id;
  uint32_t pixels;
  const uint8_t *data;
} Mask;

static Mask read_mask(const rcl_serialized_message_t *message) {
  const uint8_t *start = message->buffer + 4, *at = start + 8;
  uint32_t length, height, width, step, bytes;
  at = read_u32(at, start, &length);
  Mask mask = {.frame_id = (const char *)at};
  at = read_u32(at + length, start, &height);
  at = read_u32(at, start, &width);
  at = read_u32(at, start, &length);
  at = read_u32(at + length + 1, start, &step);
  at = read_u32(at, start, &bytes);
  mask.pixels = width * height;
  mask.data = at;
  return mask;
}

// Four histograms, so that equal neighbours do not wait for one another, unevenly spaced.
static uint32_t tables[4][MAX_CLASSES * MAX_CLASSES + 17];

static void count(const uint8_t *l, const uint8_t *p, uint32_t pixels) {
  for (int t = 0; t < 4; t++) memset(tables[t], 0, sizeof(uint32_t) * classes * classes);
  const int C = classes;
  uint32_t i = 0;
  for (; i + 4 <= pixels; i += 4)
    for (int t = 0; t < 4; t++) tables[t][l[i + t] * C + p[i + t]]++;
  for (; i < pixels; i++) tables[0][l[i] * C + p[i]]++;
  for (int cell = 0; cell < C * C; cell++)
    for (int t = 1; t < 4; t++) tables[0][cell] += tables[t][cell];
}

static void score(dice_monitor__msg__SegmentationMetrics *metrics) {
  const uint32_t *counts = tables[0];
  double dice = 0, iou = 0, correct = 0, all = 0;
  int defined = 0;
  for (int c = 0; c < classes; c++) {
    double label = 0, prediction = 0, both = counts[c * classes + c];
    for (int k = 0; k < classes; k++) label += counts[c * classes + k], prediction += counts[k * classes + c];
    metrics->class_dice.data[c] = 2 * both / (label + prediction);
    metrics->class_iou.data[c] = both / (label + prediction - both);
    correct += both, all += label;
    if (label + prediction == 0) continue;
    dice += metrics->class_dice.data[c], iou += metrics->class_iou.data[c], defined++;
  }
  metrics->dice = dice / defined, metrics->iou = iou / defined, metrics->accuracy = correct / all;
}

int main(int argc, char **argv) {
  classes = atoi(argv[1]);
  rcl_allocator_t allocator = rcl_get_default_allocator();
  rcl_init_options_t init_options = rcl_get_zero_initialized_init_options();
  rcl_context_t context = rcl_get_zero_initialized_context();
  rcl_node_t node = rcl_get_zero_initialized_node();
  rcl_node_options_t node_options = rcl_node_get_default_options();
  check(rcl_init_options_init(&init_options, allocator));
  check(rcl_init(0, NULL, &init_options, &context));
  node_options.enable_rosout = false;
  check(rcl_node_init(&node, "dice_monitor", "", &context, &node_options));

  const char *topics[SIDES] = {"label", "prediction"};
  rcl_subscription_t subscriptions[SIDES];
  for (int side = 0; side < SIDES; side++) {
    rcl_subscription_options_t options = rcl_subscription_get_default_options();
    subscriptions[side] = rcl_get_zero_initialized_subscription();
    check(rcl_subscription_init(&subscriptions[side], &node, ROSIDL_GET_MSG_TYPE_SUPPORT(sensor_msgs, msg, Image),
                                topics[side], &options));
    for (int i = 0; i < WAITING; i++) {
      sides[side].slots[i].message = rmw_get_zero_initialized_serialized_message();
      check(rmw_serialized_message_init(&sides[side].slots[i].message, 0, &allocator));
    }
  }
  rcl_publisher_t publisher = rcl_get_zero_initialized_publisher();
  rcl_publisher_options_t publisher_options = rcl_publisher_get_default_options();
  check(rcl_publisher_init(&publisher, &node, ROSIDL_GET_MSG_TYPE_SUPPORT(dice_monitor, msg, SegmentationMetrics),
                           "~/metrics", &publisher_options));
  dice_monitor__msg__SegmentationMetrics metrics;
  dice_monitor__msg__SegmentationMetrics__init(&metrics);
  rosidl_runtime_c__uint16__Sequence__init(&metrics.class_id, classes);
  rosidl_runtime_c__double__Sequence__init(&metrics.class_dice, classes);
  rosidl_runtime_c__double__Sequence__init(&metrics.class_iou, classes);
  for (int c = 0; c < classes; c++) metrics.class_id.data[c] = c;

  rcl_wait_set_t wait_set = rcl_get_zero_initialized_wait_set();
  check(rcl_wait_set_init(&wait_set, SIDES, 0, 0, 0, 0, 0, &context, allocator));
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  while (!stopped) {
    check(rcl_wait_set_clear(&wait_set));
    for (int side = 0; side < SIDES; side++)
      check(rcl_wait_set_add_subscription(&wait_set, &subscriptions[side], NULL));
    if (rcl_wait(&wait_set, RCL_MS_TO_NS(100)) != RCL_RET_OK) continue;
    for (int side = 0; side < SIDES; side++) {
      if (!wait_set.subscriptions[side]) continue;
      Slot *slot = &sides[side].slots[sides[side].next];
      if (rcl_take_serialized_message(&subscriptions[side], &slot->message, NULL, NULL) != RCL_RET_OK) continue;
      memcpy(&slot->sec, slot->message.buffer + 4, 4);
      memcpy(&slot->nanosec, slot->message.buffer + 8, 4);
      Slot *partner = NULL;
      for (int i = 0; i < WAITING; i++) {
        Slot *other = &sides[!side].slots[i];
        if (other->sec == slot->sec && other->nanosec == slot->nanosec) partner = other;
      }
      if (!partner) {
        sides[side].next = (sides[side].next + 1) % WAITING;
        continue;
      }
      const Slot *label = side == 0 ? slot : partner;
      const Mask l = read_mask(&label->message), p = read_mask(side == 0 ? &partner->message : &slot->message);
      count(l.data, p.data, l.pixels);
      score(&metrics);
      metrics.header.stamp.sec = label->sec, metrics.header.stamp.nanosec = label->nanosec;
      rosidl_runtime_c__String__assign(&metrics.header.frame_id, l.frame_id);
      check(rcl_publish(&publisher, &metrics, NULL));
      slot->sec = partner->sec = slot->nanosec = partner->nanosec = 0;
    }
  }
  check(rcl_publisher_fini(&publisher, &node));
  for (int side = 0; side < SIDES; side++) check(rcl_subscription_fini(&subscriptions[side], &node));
  check(rcl_node_fini(&node));
  check(rcl_shutdown(&context));
  return 0;
}
