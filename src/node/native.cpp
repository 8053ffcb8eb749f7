// Takes serialized messages through rcl into memory that JavaScript gives, and publishes them from such memory.
// rclnodejs makes and owns the subscriptions and publishers; what is done to them here it has no function for. All
// runs on the thread of JavaScript but the middleware's callbacks, which only wake it.
#include <node_api.h>
#include <rcl/error_handling.h>
#include <rcl/event.h>
#include <rcl/publisher.h>
#include <rcl/subscription.h>
#include <rmw/events_statuses/events_statuses.h>
#include <uv.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "rcl_handle.h"

namespace {

using rclnodejs::RclHandle;
static_assert(std::is_same<decltype(std::declval<RclHandle &>().ptr()), void *>::value, "rclnodejs's handles");

/// Publishers of a topic whose sequence numbers are followed; of more, those heard of first are forgotten.
constexpr std::size_t kMostSources = 64;

struct Source {
  std::uint8_t gid[sizeof(rmw_message_info_t::publisher_gid.data)];
  std::uint64_t last;
};

struct Reception {
  rcl_subscription_t *subscription = nullptr;
  std::atomic<bool> is_ready{false};
  rcl_event_t lost_event = rcl_get_zero_initialized_event();
  rcl_event_t incompatible_event = rcl_get_zero_initialized_event();
  bool hears_lost = false;
  bool hears_incompatible = false;
  /// A message that did not fit, from malloc.
  std::uint8_t *spilled = nullptr;
  std::size_t spilled_size = 0;
  std::vector<Source> sources;
  double lost = 0;
  double incompatible = 0;
  double policy = 0;
  /// NaN where the middleware gives no sequence numbers.
  double missing = std::numeric_limits<double>::quiet_NaN();
};

// For the life of the process: the middleware's threads may still call while it ends.
uv_async_t wake_up;
napi_env environment;
napi_ref on_ready;
napi_async_context context;

napi_value Throw(napi_env env, const std::string &what, const std::string &why) {
  napi_throw_error(env, nullptr, (what + ": " + why).c_str());
  return nullptr;
}

napi_value ThrowRcl(napi_env env, const char *what) {
  const std::string reason = rcl_get_error_string().str;
  rcl_reset_error();
  return Throw(env, what, reason);
}

/// Goes on without: what was asked for is not offered here, or is over.
bool Succeeds(rcl_ret_t status) {
  if (status != RCL_RET_OK) rcl_reset_error();
  return status == RCL_RET_OK;
}

template <std::size_t kCount>
void Arguments(napi_env env, napi_callback_info info, napi_value (&values)[kCount]) {
  std::size_t count = kCount;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
}

template <typename T>
T *External(napi_env env, napi_value value) {
  void *pointer = nullptr;
  napi_get_value_external(env, value, &pointer);
  return static_cast<T *>(pointer);
}

napi_value Integer(napi_env env, std::int32_t value) {
  napi_value result;
  napi_create_int32(env, value, &result);
  return result;
}

struct Bytes {
  std::uint8_t *data = nullptr;
  std::size_t size = 0;
};

Bytes BytesOf(napi_env env, napi_value value) {
  napi_typedarray_type type;
  void *data = nullptr;
  std::size_t size = 0;
  if (napi_get_typedarray_info(env, value, &type, &size, &data, nullptr, nullptr) != napi_ok) return {};
  return {static_cast<std::uint8_t *>(data), type == napi_uint8_array ? size : 0};
}

/// What a handle of rclnodejs stands for. Its objects are laid out as those of the header that this was compiled with
/// if the child's parent is found where that says.
void *PointerOf(napi_env env, napi_value node, napi_value child) {
  void *parent = nullptr;
  void *own = nullptr;
  if (napi_unwrap(env, node, &parent) != napi_ok || napi_unwrap(env, child, &own) != napi_ok) return nullptr;
  auto *handle = static_cast<RclHandle *>(own);
  return handle->parent() == parent ? handle->ptr() : nullptr;
}

void Wake(const void *data, std::size_t) {
  // rcl hands the pointer through as one to a constant.
  static_cast<Reception *>(const_cast<void *>(data))->is_ready.store(true);
  uv_async_send(&wake_up);
}

void OnWake(uv_async_t *) {
  napi_handle_scope scope;
  napi_open_handle_scope(environment, &scope);
  napi_value callback;
  napi_value receiver;
  napi_get_reference_value(environment, on_ready, &callback);
  napi_get_global(environment, &receiver);
  napi_make_callback(environment, context, receiver, callback, 0, nullptr, nullptr);
  napi_close_handle_scope(environment, scope);
}

/// start(onReady): has onReady called, which must not throw, when something waits for one of the receptions.
napi_value Start(napi_env env, napi_callback_info info) {
  napi_value values[1];
  Arguments(env, info, values);
  if (on_ready != nullptr) return Throw(env, "native take", "started twice");
  uv_loop_t *loop = nullptr;
  napi_value name;
  napi_create_string_utf8(env, "dice_monitor", NAPI_AUTO_LENGTH, &name);
  if (napi_get_uv_event_loop(env, &loop) != napi_ok || uv_async_init(loop, &wake_up, OnWake) != 0 ||
      napi_async_init(env, nullptr, name, &context) != napi_ok ||
      napi_create_reference(env, values[0], 1, &on_ready) != napi_ok) {
    return Throw(env, "native take", "no way to wake JavaScript");
  }
  uv_unref(reinterpret_cast<uv_handle_t *>(&wake_up));
  environment = env;
  return nullptr;
}

bool Listen(Reception *reception, rcl_event_t *event, rcl_subscription_event_type_t type) {
  if (!Succeeds(rcl_subscription_event_init(event, reception->subscription, type))) return false;
  // Where there is no callback, Read is called now and then all the same.
  Succeeds(rcl_event_set_callback(event, Wake, reception));
  return true;
}

void Ignore(rcl_event_t *event) {
  Succeeds(rcl_event_set_callback(event, nullptr, nullptr));
  Succeeds(rcl_event_fini(event));
}

void Close(Reception *reception) {
  if (reception->subscription == nullptr) return;
  Succeeds(rcl_subscription_set_on_new_message_callback(reception->subscription, nullptr, nullptr));
  if (reception->hears_lost) Ignore(&reception->lost_event);
  if (reception->hears_incompatible) Ignore(&reception->incompatible_event);
  std::free(reception->spilled);
  reception->spilled = nullptr;
  reception->subscription = nullptr;
}

/// open(node, subscription): the reception of a subscription that rclnodejs no longer waits for.
napi_value Open(napi_env env, napi_callback_info info) {
  napi_value values[2];
  Arguments(env, info, values);
  auto *subscription = static_cast<rcl_subscription_t *>(PointerOf(env, values[0], values[1]));
  if (subscription == nullptr || !rcl_subscription_is_valid(subscription)) {
    rcl_reset_error();
    return Throw(env, "native take", "rclnodejs's handles are not what it was compiled for");
  }
  auto *reception = new Reception;
  reception->subscription = subscription;
  reception->sources.reserve(kMostSources);
  if (rcl_subscription_set_on_new_message_callback(subscription, Wake, reception) != RCL_RET_OK) {
    delete reception;
    return ThrowRcl(env, "the middleware does not tell of new messages");
  }
  reception->hears_lost = Listen(reception, &reception->lost_event, RCL_SUBSCRIPTION_MESSAGE_LOST);
  reception->hears_incompatible =
      Listen(reception, &reception->incompatible_event, RCL_SUBSCRIPTION_REQUESTED_INCOMPATIBLE_QOS);
  // One that was not closed is left to the middleware, which may still call.
  const auto finalize = [](napi_env, void *data, void *) {
    auto *unused = static_cast<Reception *>(data);
    if (unused->subscription == nullptr) delete unused;
  };
  napi_value result;
  napi_create_external(env, reception, finalize, nullptr, &result);
  return result;
}

/// close(reception): before its subscription is destroyed.
napi_value OnClose(napi_env env, napi_callback_info info) {
  napi_value values[1];
  Arguments(env, info, values);
  Close(External<Reception>(env, values[0]));
  return nullptr;
}

/// isReady(reception): whether something came since this was asked last.
napi_value IsReady(napi_env env, napi_callback_info info) {
  napi_value values[1];
  Arguments(env, info, values);
  napi_value result;
  napi_get_boolean(env, External<Reception>(env, values[0])->is_ready.exchange(false), &result);
  return result;
}

void *Allocate(std::size_t size, void *) { return std::malloc(size); }
void *ZeroAllocate(std::size_t count, std::size_t size, void *) { return std::calloc(count, size); }
void Deallocate(void *pointer, void *state) {
  if (pointer != static_cast<Bytes *>(state)->data) std::free(pointer);
}
void *Reallocate(void *pointer, std::size_t size, void *state) {
  const auto *room = static_cast<Bytes *>(state);
  if (pointer != room->data) return std::realloc(pointer, size);
  // Some middlewares ask for exactly what a message needs.
  if (size <= room->size) return pointer;
  void *larger = std::malloc(size);
  if (larger != nullptr) std::memcpy(larger, room->data, room->size);
  return larger;
}

void Follow(Reception *reception, const rmw_message_info_t &message) {
  const std::uint64_t number = message.publication_sequence_number;
  if (number == RMW_MESSAGE_INFO_SEQUENCE_NUMBER_UNSUPPORTED) return;
  if (reception->missing != reception->missing) reception->missing = 0;
  auto &sources = reception->sources;
  for (Source &source : sources) {
    if (std::memcmp(source.gid, message.publisher_gid.data, sizeof source.gid) != 0) continue;
    if (number > source.last) {
      reception->missing += static_cast<double>(number - source.last - 1);
      source.last = number;
    }
    return;
  }
  if (sources.size() == kMostSources) sources.erase(sources.begin());
  sources.emplace_back();
  std::memcpy(sources.back().gid, message.publisher_gid.data, sizeof sources.back().gid);
  sources.back().last = number;
}

/// take(reception, room): the length of the message that is now in room, 0 if none waits; of one that is larger, which
/// takeSpilled gives, the negative length.
napi_value Take(napi_env env, napi_callback_info info) {
  napi_value values[2];
  Arguments(env, info, values);
  auto *reception = External<Reception>(env, values[0]);
  Bytes room = BytesOf(env, values[1]);
  if (reception == nullptr || reception->subscription == nullptr || room.data == nullptr) return Integer(env, 0);
  rcl_serialized_message_t message = rmw_get_zero_initialized_serialized_message();
  message.buffer = room.data;
  message.buffer_capacity = room.size;
  message.allocator = {Allocate, Deallocate, Reallocate, ZeroAllocate, &room};
  rmw_message_info_t about = rmw_get_zero_initialized_message_info();
  const rcl_ret_t taken = rcl_take_serialized_message(reception->subscription, &message, &about, nullptr);
  const bool is_spilled = message.buffer != room.data;
  const bool is_taken = taken == RCL_RET_OK && message.buffer_length > 0 &&
                        message.buffer_length <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max());
  if (!is_taken) {
    if (is_spilled) std::free(message.buffer);
    if (taken == RCL_RET_OK || taken == RCL_RET_SUBSCRIPTION_TAKE_FAILED) {
      rcl_reset_error();
      return Integer(env, 0);
    }
    return ThrowRcl(env, "a message could not be taken");
  }
  Follow(reception, about);
  const auto length = static_cast<std::int32_t>(message.buffer_length);
  if (!is_spilled) return Integer(env, length);
  std::free(reception->spilled);
  reception->spilled = message.buffer;
  reception->spilled_size = message.buffer_length;
  return Integer(env, -length);
}

/// takeSpilled(reception, room): copies into room, which must be large enough, what did not fit. Without it is dropped.
napi_value TakeSpilled(napi_env env, napi_callback_info info) {
  napi_value values[2];
  Arguments(env, info, values);
  auto *reception = External<Reception>(env, values[0]);
  const Bytes room = BytesOf(env, values[1]);
  if (reception->spilled != nullptr && room.size >= reception->spilled_size) {
    std::memcpy(room.data, reception->spilled, reception->spilled_size);
  }
  std::free(reception->spilled);
  reception->spilled = nullptr;
  return nullptr;
}

/// read(reception, figures): a Float64Array of 4 takes how many messages the middleware lost, how many publishers do
/// not fit, by which policy the last one, and how many messages are missing between those that came.
napi_value Read(napi_env env, napi_callback_info info) {
  napi_value values[2];
  Arguments(env, info, values);
  auto *reception = External<Reception>(env, values[0]);
  napi_typedarray_type type;
  void *data = nullptr;
  std::size_t length = 0;
  napi_get_typedarray_info(env, values[1], &type, &length, &data, nullptr, nullptr);
  if (reception == nullptr || data == nullptr || type != napi_float64_array || length != 4) return nullptr;
  if (reception->subscription != nullptr) {
    rmw_message_lost_status_t lost{};
    if (reception->hears_lost && Succeeds(rcl_take_event(&reception->lost_event, &lost))) {
      reception->lost += static_cast<double>(lost.total_count_change);
    }
    rmw_requested_qos_incompatible_event_status_t incompatible{};
    if (reception->hears_incompatible && Succeeds(rcl_take_event(&reception->incompatible_event, &incompatible))) {
      reception->incompatible += incompatible.total_count_change;
      if (incompatible.total_count_change > 0) reception->policy = incompatible.last_policy_kind;
    }
  }
  const double figures[] = {reception->lost, reception->incompatible, reception->policy, reception->missing};
  std::memcpy(data, figures, sizeof figures);
  return nullptr;
}

/// openPublisher(node, publisher): for publish, as long as rclnodejs has it.
napi_value OpenPublisher(napi_env env, napi_callback_info info) {
  napi_value values[2];
  Arguments(env, info, values);
  auto *publisher = static_cast<rcl_publisher_t *>(PointerOf(env, values[0], values[1]));
  if (publisher == nullptr || !rcl_publisher_is_valid(publisher)) {
    rcl_reset_error();
    return Throw(env, "native publication", "rclnodejs's handles are not what it was compiled for");
  }
  napi_value result;
  napi_create_external(env, publisher, nullptr, nullptr, &result);
  return result;
}

/// publish(publisher, message): sends serialized bytes as they are.
napi_value Publish(napi_env env, napi_callback_info info) {
  napi_value values[2];
  Arguments(env, info, values);
  Bytes bytes = BytesOf(env, values[1]);
  rcl_serialized_message_t message = rmw_get_zero_initialized_serialized_message();
  message.buffer = bytes.data;
  message.buffer_length = bytes.size;
  message.buffer_capacity = bytes.size;
  message.allocator = {Allocate, Deallocate, Reallocate, ZeroAllocate, &bytes};
  auto *publisher = External<rcl_publisher_t>(env, values[0]);
  if (bytes.data == nullptr || rcl_publish_serialized_message(publisher, &message, nullptr) != RCL_RET_OK) {
    return ThrowRcl(env, "a message could not be published");
  }
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback function;
  } functions[] = {
      {"start", Start},      {"open", Open},   {"close", OnClose},
      {"isReady", IsReady},  {"take", Take},   {"takeSpilled", TakeSpilled},
      {"read", Read},        {"openPublisher", OpenPublisher},
      {"publish", Publish},
  };
  for (const auto &[name, function] : functions) {
    napi_value value;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
    napi_set_named_property(env, exports, name, value);
  }
  napi_value version;
  napi_create_string_utf8(env, DICE_MONITOR_RCLNODEJS, NAPI_AUTO_LENGTH, &version);
  napi_set_named_property(env, exports, "rclnodejs", version);
  return exports;
}
