package io.elasticjob.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.MimeType;

/**
 * The files of the pages, held compressed. All but the index are known by a path that begins with a hash of what all of them
 * contain: what has once been fetched never changes, and files of two versions are never mixed. Only what was found at the
 * start can be asked for, so that no path leads elsewhere.
 */
public final class ConsoleFiles {

    static final String ROOT = "io/elasticjob/console/web/";

    private static final String INDEX = "index.html";
    private static final String WORDS = "i18n/";
    private static final String OF_OTHERS = "lit/";
    private static final MimeType HTML = MimeType.valueOf("text/html;charset=UTF-8");
    private static final Map<String, MimeType> TYPES = Map.of(
            "html", HTML,
            "js", MimeType.valueOf("text/javascript;charset=UTF-8"),
            "css", MimeType.valueOf("text/css;charset=UTF-8"),
            "json", MimeType.valueOf("application/json"),
            "svg", MimeType.valueOf("image/svg+xml"));

    private final String version;
    private final String index;
    private final SortedMap<String, File> files;

    private ConsoleFiles(String version, String index, SortedMap<String, File> files) {
        this.version = version;
        this.index = index;
        this.files = files;
    }

    /**
     * A file.
     *
     * @param content compressed by gzip
     */
    record File(byte[] content, MimeType type) {}

    /** Reads all of them from the class path. */
    public static ConsoleFiles read(ClassLoader loader) {
        try {
            SortedMap<String, byte[]> plain = new TreeMap<>();
            for (Resource resource :
                    new PathMatchingResourcePatternResolver(loader).getResources("classpath*:" + ROOT + "**/*.*")) {
                String path = resource.getURL().toString();
                path = path.substring(path.lastIndexOf(ROOT) + ROOT.length());
                if (typeOf(path).isPresent()) {
                    plain.put(path, resource.getContentAsByteArray());
                }
            }
            byte[] index = plain.remove(INDEX);
            if (index == null) {
                throw new IllegalStateException("There are no pages on the class path, at " + ROOT);
            }
            SortedMap<String, File> files = new TreeMap<>();
            plain.forEach((path, content) -> files.put(
                    path,
                    new File(compressed(served(path, content)), typeOf(path).orElseThrow())));
            return new ConsoleFiles(hash(plain, index), new String(index, StandardCharsets.UTF_8), files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<MimeType> typeOf(String path) {
        return Optional.ofNullable(TYPES.get(path.substring(path.lastIndexOf('.') + 1)));
    }

    private static String hash(SortedMap<String, byte[]> plain, byte[] index) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            plain.forEach((path, content) -> {
                digest.update(path.getBytes(StandardCharsets.UTF_8));
                digest.update(content);
            });
            digest.update(index);
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** What a browser gets of a file: our own scripts without the comments that fill whole lines, an eighth of what is fetched. */
    private static byte[] served(String path, byte[] content) {
        if (!path.endsWith(".js") || path.startsWith(OF_OTHERS)) {
            return content;
        }
        StringBuilder code = new StringBuilder(content.length);
        boolean isInComment = false;
        for (String line : new String(content, StandardCharsets.UTF_8).split("(?<=\n)")) {
            String text = line.strip();
            if (isInComment) {
                isInComment = !text.endsWith("*/");
            } else if (text.startsWith("/**") && !text.contains("*/")) {
                isInComment = true;
            } else if (!text.startsWith("//") && !(text.startsWith("/**") && text.endsWith("*/"))) {
                code.append(line);
            }
        }
        return code.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] compressed(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length / 2);
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** The hash of all of them, and the first part of the path of each but the index. */
    String version() {
        return version;
    }

    /** Their paths, without the hash. */
    Set<String> paths() {
        return files.keySet();
    }

    /** The languages that the pages speak: those of which there are words, also of the application's own. */
    List<String> locales() {
        return paths().stream()
                .filter(path -> path.startsWith(WORDS) && path.endsWith(".json"))
                .map(path -> path.substring(WORDS.length(), path.length() - ".json".length()))
                .toList();
    }

    /**
     * The page that begins everything.
     *
     * @param api address of the endpoint {@code elasticjob}, relative to the page
     */
    byte[] index(String api) {
        return index.replace("{version}", version).replace("{api}", api).getBytes(StandardCharsets.UTF_8);
    }

    MimeType indexType() {
        return HTML;
    }

    /** @param path with the hash, without a slash before it */
    Optional<File> find(String path) {
        return path.startsWith(version + "/")
                ? Optional.ofNullable(files.get(path.substring(version.length() + 1)))
                : Optional.empty();
    }
}
