package io.elasticjob.memory;

import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All nodes with their past, so that a server that lags behind is merely one that reads as of an earlier transaction. */
final class Tree {

    static final long LATEST = Long.MAX_VALUE;

    /**
     * @param owner the session of an ephemeral node
     */
    record Node(byte[] data, Stat stat, @Nullable String owner) {

        static Read read(@Nullable Node node) {
            return node == null ? new Read.Absent() : new Read.Present(node.data, node.stat);
        }
    }

    /** What a path held from a transaction on; a null node is an absent one. */
    private record Version(long zxid, @Nullable Node node) {}

    private final Map<String, List<Version>> versions = new HashMap<>();
    private final Map<String, NavigableSet<String>> names = new HashMap<>();

    @Nullable
    Node at(String path, long zxid) {
        List<Version> past = versions.getOrDefault(path, List.of());
        for (int i = past.size() - 1; i >= 0; i--) {
            if (past.get(i).zxid() <= zxid) {
                return past.get(i).node();
            }
        }
        return null;
    }

    /** All nodes that are there, by path. */
    Map<String, Node> latest() {
        Map<String, Node> all = new HashMap<>();
        versions.keySet().forEach(path -> {
            Node node = at(path, LATEST);
            if (node != null) {
                all.put(path, node);
            }
        });
        return all;
    }

    /** In reverse order of the names, so that nobody relies on the natural one. */
    List<String> children(String path, long zxid) {
        return names.getOrDefault(path, new TreeSet<>()).descendingSet().stream()
                .filter(name -> at(child(path, name), zxid) != null)
                .toList();
    }

    void set(String path, long zxid, @Nullable Node node) {
        versions.computeIfAbsent(path, p -> new ArrayList<>(2)).add(new Version(zxid, node));
        if (!path.equals("/")) {
            names.computeIfAbsent(parent(path), p -> new TreeSet<>()).add(path.substring(path.lastIndexOf('/') + 1));
        }
    }

    /** Takes back the last {@link #set} of the path. */
    void unset(String path) {
        List<Version> past = versions.getOrDefault(path, List.of());
        past.remove(past.size() - 1);
        if (past.isEmpty()) {
            forget(path);
        }
    }

    /** Nobody reads as of before this transaction any more. */
    void forgetBefore(long zxid) {
        for (String path : List.copyOf(versions.keySet())) {
            List<Version> past = versions.getOrDefault(path, List.of());
            while (past.size() > 1 && past.get(1).zxid() <= zxid) {
                past.remove(0);
            }
            if (past.size() == 1 && past.get(0).node() == null && past.get(0).zxid() <= zxid) {
                forget(path);
            }
        }
    }

    private void forget(String path) {
        versions.remove(path);
        NavigableSet<String> siblings = names.getOrDefault(parent(path), new TreeSet<>());
        siblings.remove(path.substring(path.lastIndexOf('/') + 1));
        if (siblings.isEmpty()) {
            names.remove(parent(path));
        }
    }

    static String parent(String path) {
        return path.substring(0, Math.max(1, path.lastIndexOf('/')));
    }

    static String child(String path, String name) {
        return path.equals("/") ? path + name : path + "/" + name;
    }

    /** @throws IllegalArgumentException unless it is absolute, slash-separated and without a trailing slash */
    static String checked(String path) {
        boolean slashed = path.startsWith("/") && !path.endsWith("/") && !path.contains("//");
        if (!path.equals("/") && !slashed) {
            throw new IllegalArgumentException("\"" + path
                    + "\" is not a path: it must start with a slash, not end with one, and have no empty part");
        }
        return path;
    }
}
