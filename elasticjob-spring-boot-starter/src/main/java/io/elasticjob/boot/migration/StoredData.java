package io.elasticjob.boot.migration;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The data of a job or trigger of Quartz, as its tables hold them. Objects are only read of classes that the platform and
 * Quartz bring: a table is not to be trusted with anything else.
 *
 * @param texts by name; of objects that are neither texts, numbers nor flags only the class
 * @param problem why they cannot be read; "" otherwise
 */
record StoredData(Map<String, String> texts, String problem) {

    static final StoredData NONE = new StoredData(Map.of(), "");

    private static final int OBJECTS = 0xAC; // the first byte of what an ObjectOutputStream writes
    private static final ObjectInputFilter FILTER = ObjectInputFilter.Config.createFilter(
            "maxdepth=20;maxrefs=20000;maxbytes=1048576;maxarray=20000;java.lang.*;java.util.*;java.math.*;java.time.*;"
                    + "org.quartz.JobDataMap;org.quartz.utils.*;!*");

    static StoredData read(byte[] stored) {
        if (stored.length == 0) {
            return NONE;
        }
        try {
            return of((stored[0] & 0xFF) == OBJECTS ? objects(stored) : properties(stored));
        } catch (InvalidClassException foreign) {
            return new StoredData(Map.of(), "contain objects of classes of the application");
        } catch (IOException | ClassNotFoundException | ClassCastException | IllegalArgumentException unreadable) {
            return new StoredData(Map.of(), "cannot be read");
        }
    }

    private static Map<?, ?> objects(byte[] stored) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(stored))) {
            in.setObjectInputFilter(FILTER);
            return (Map<?, ?>) in.readObject();
        }
    }

    private static Map<?, ?> properties(byte[] stored) throws IOException {
        Properties properties = new Properties();
        properties.load(new ByteArrayInputStream(stored));
        return properties;
    }

    private static StoredData of(Map<?, ?> data) {
        Map<String, String> texts = new TreeMap<>();
        data.forEach((name, value) -> texts.put(
                String.valueOf(name),
                value instanceof CharSequence || value instanceof Number || value instanceof Boolean
                        ? value.toString()
                        : value == null ? "" : "(" + value.getClass().getName() + ")"));
        return new StoredData(texts, "");
    }
}
