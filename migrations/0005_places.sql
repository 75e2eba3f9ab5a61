-- The kabupaten's own places: landmarks, islands, kolong, schools, mosques, posts of roads. Areas stand in `area`.

CREATE TABLE place (
    source TEXT NOT NULL,               -- the list it comes from
    id TEXT NOT NULL,                   -- its id there
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    accuracy_m DOUBLE PRECISION,
    aliases TEXT NOT NULL,
    road_m BIGINT,                      -- of a road post: metres from the beginning of its road
    PRIMARY KEY (source, id)
);
