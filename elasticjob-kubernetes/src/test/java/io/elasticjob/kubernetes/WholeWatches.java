package io.elasticjob.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The mock's store, with watches of Jobs that miss nothing: those of the mock forget a deletion between a list and the watch that
 * follows it, and may tell what happened in between in the wrong order. These begin with all that is there, and was.
 */
final class WholeWatches extends KubernetesCrudDispatcher {

    /** By uid, as they are and as they were. */
    private final Map<String, String> there = new LinkedHashMap<>();

    private final Map<String, String> deleted = new LinkedHashMap<>();
    private final Set<WebSocket> watches = new LinkedHashSet<>();

    @Override
    public void processEvent(
            String path,
            AttributeSet pathAttributes,
            AttributeSet oldAttributes,
            GenericKubernetesResource resource,
            String json) {
        String last = json != null || oldAttributes == null
                ? json
                : Optional.ofNullable(findResource(oldAttributes))
                        .map(Map.Entry::getValue)
                        .orElse(null);
        super.processEvent(path, pathAttributes, oldAttributes, resource, json);
        if (last != null) {
            GenericKubernetesResource object = Serialization.unmarshal(last, GenericKubernetesResource.class);
            if (object.getKind().equals("Job")) {
                changed(object.getMetadata().getUid(), last, json == null);
            }
        }
    }

    private void changed(String uid, String last, boolean gone) {
        synchronized (there) {
            boolean known = there.remove(uid) != null;
            (gone ? deleted : there).put(uid, last);
            List.copyOf(watches).forEach(watch -> tell(watch, gone ? "DELETED" : known ? "MODIFIED" : "ADDED", last));
        }
    }

    private static void tell(WebSocket watch, String type, String json) {
        watch.send("{\"type\":\"" + type + "\",\"object\":" + json + "}");
    }

    /** Closes all watches, as a network does. */
    void cut() {
        synchronized (there) {
            watches.forEach(watch -> watch.close(1011, "cut"));
            watches.clear();
        }
    }

    @Override
    public MockResponse handleWatch(String path) {
        if (!path.startsWith("/apis/batch/")) { // of something else than Jobs
            return super.handleWatch(path);
        }
        return new MockResponse().withWebSocketUpgrade(new WebSocketListener() {
            @Override
            public void onOpen(WebSocket socket, Response response) {
                synchronized (there) {
                    deleted.values().forEach(last -> tell(socket, "DELETED", last));
                    there.values().forEach(now -> tell(socket, "MODIFIED", now));
                    watches.add(socket);
                }
            }

            @Override
            public void onClosing(WebSocket socket, int code, String reason) {
                synchronized (there) {
                    watches.remove(socket);
                }
                socket.close(code, reason);
            }

            @Override
            public void onFailure(WebSocket socket, Throwable failure, Response response) {
                synchronized (there) {
                    watches.remove(socket);
                }
            }
        });
    }
}
