/** Places of Lisbon; `parsePlaces()` explains the columns. Costs are in euros. */
export const places = `
# Alfama
Castelo de São Jorge | sight | 38.7139 -9.1335 | 100 | 17 | morning afternoon | top book steep | Walk the ramparts of the Moorish castle and look down on the roofs of the Baixa.
Sé de Lisboa | sight | 38.7098 -9.1326 | 40 | 7 | day | | The fortress-like cathedral is the oldest church in the city.
Miradouro das Portas do Sol | sight | 38.7120 -9.1300 | 30 | 0 | morning evening | steep | A terrace above the lanes of Alfama, with the river behind them.
Panteão Nacional | sight | 38.7150 -9.1247 | 50 | 10 | day | closed:mon | A white dome over the tombs of writers, presidents and a queen of fado.
Museu do Fado | museum | 38.7112 -9.1277 | 60 | 5 | day | closed:mon | Listen to a century of fado recordings, from taverns to concert halls.
Clube de Fado | entertainment | 38.7098 -9.1313 | 100 | 60 | night | book | Guitars and voices under stone vaults, with silence between the songs.
Lux Frágil | nightlife | 38.7147 -9.1184 | 120 | 20 | night | closed:sun closed:mon closed:tue closed:wed | A riverside warehouse with two dance floors and a roof terrace.

# Baixa
Praça do Comércio | sight | 38.7076 -9.1365 | 35 | 0 | day evening | top | Arcades on three sides and the wide Tagus on the fourth.
Martinho da Arcada | food | 38.7082 -9.1362 | 75 | 30 | lunch dinner | | Cod under the arcades, near the table of the poet Fernando Pessoa.
Convento do Carmo | museum | 38.7120 -9.1407 | 60 | 7 | day | closed:sun | A Gothic nave without a roof, left open since the earthquake of 1755.
Casa do Alentejo | food | 38.7157 -9.1404 | 75 | 20 | lunch dinner | | Cooking of the south, behind a Moorish courtyard and tiled dining rooms.
Cervejaria Ramiro | food | 38.7206 -9.1357 | 80 | 42 | dinner | | Clams, prawns and crab by weight, and a steak sandwich for dessert.
Coliseu dos Recreios | entertainment | 38.7166 -9.1408 | 120 | 35 | night | book | A round concert hall of 1890 for rock, circus and classical nights.

# Chiado
Livraria Bertrand | shopping | 38.7108 -9.1416 | 30 | - | day evening | | Room after room of books in a shop that opened in 1732.
Café A Brasileira | food | 38.7107 -9.1422 | 30 | 6 | morning afternoon | | Coffee among mirrors and brass, beside the bronze poet on the terrace.
Teatro São Luiz | entertainment | 38.7092 -9.1425 | 110 | 18 | night | book | Plays, dance and jazz in the municipal theater of the quarter.
Cervejaria Trindade | food | 38.7127 -9.1432 | 75 | 28 | lunch dinner | | Beer and steak between the tiled walls of a former convent.

# Bairro Alto
Miradouro de São Pedro de Alcântara | sight | 38.7153 -9.1443 | 30 | 0 | afternoon evening | steep | Garden terraces that face the castle on the opposite hill.
Bairro Alto | food | 38.7132 -9.1450 | 90 | 28 | dinner | area steep | A grid of narrow streets with taverns door by door.
Galeria Zé dos Bois | nightlife | 38.7122 -9.1446 | 100 | 12 | night | | Experimental concerts and a small bar in an old town palace.

# Cais do Sodré
Time Out Market | food | 38.7068 -9.1459 | 70 | 18 | lunch dinner | top | Long shared tables in the old Mercado da Ribeira, with kitchens all around.
Museu Nacional de Arte Antiga | museum | 38.7046 -9.1617 | 90 | 10 | day | closed:mon | Portuguese painting, Japanese screens of the first traders, and a garden café.

# Belém
Mosteiro dos Jerónimos | sight | 38.6979 -9.2068 | 80 | 18 | morning midday afternoon | top book closed:mon | Stone ropes, corals and sea monsters decorate the cloister of the explorers.
Torre de Belém | sight | 38.6916 -9.2160 | 45 | 15 | day | steep closed:mon | A small fortress in the water, with a spiral stair to its terrace.
Padrão dos Descobrimentos | sight | 38.6936 -9.2057 | 35 | 10 | day evening | | A stone ship full of navigators, and a map of the world at its feet.
MAAT | museum | 38.6959 -9.1946 | 75 | 11 | day | closed:tue | Art and technology in a wave of white tiles that people can walk over.
Pastéis de Belém | food | 38.6975 -9.2032 | 30 | 5 | morning midday afternoon | | Custard tarts, warm from the oven, by a recipe kept since 1837.
Rua Vieira Portuense | food | 38.6968 -9.2010 | 70 | 20 | lunch dinner | area | A row of low old houses where grilled fish is served outdoors.

# Alcântara
LX Factory | food | 38.7033 -9.1786 | 75 | 22 | lunch dinner | | Kitchens, studios and a bookshop in the halls of a textile works.

# Estrela
Basílica da Estrela | sight | 38.7137 -9.1604 | 35 | 0 | day | | A white basilica whose dome looks over the west of the city.
Jardim da Estrela | nature | 38.7146 -9.1597 | 45 | 0 | day evening | | Old trees, ducks, an iron bandstand and a kiosk for coffee.
Mercado de Campo de Ourique | food | 38.7190 -9.1668 | 60 | 16 | lunch dinner | | A market hall of the neighborhood, with kitchens in the middle.

# Avenidas Novas
Museu Calouste Gulbenkian | museum | 38.7378 -9.1543 | 100 | 10 | day | top closed:tue | One collector's treasure, from Egyptian faces to Lalique's dragonflies.
Jardim Gulbenkian | nature | 38.7369 -9.1547 | 45 | 0 | day evening | | Bamboo paths, ponds and lawns between concrete terraces.
Pastelaria Versailles | food | 38.7348 -9.1453 | 60 | 18 | lunch | | Mirrors, waiters in vests and croquettes in a café of 1922.
Grande Auditório Gulbenkian | entertainment | 38.7372 -9.1539 | 110 | 28 | night | book | The resident orchestra plays before a glass wall to the garden.
Parque Eduardo VII | nature | 38.7285 -9.1531 | 45 | 0 | day evening | steep | Clipped hedges fall toward the river in one long view.

# Parque das Nações
Oceanário de Lisboa | sight | 38.7635 -9.0937 | 140 | 25 | morning afternoon | top book | Sharks, rays and a sunfish circle in one enormous tank.

# Sintra, day trip
Palácio Nacional da Pena | sight | 38.7876 -9.3906 | 120 | 20 | morning afternoon | top book steep | A royal fantasy in red and yellow on the highest ridge.
Quinta da Regaleira | sight | 38.7963 -9.3960 | 100 | 18 | morning afternoon | book steep | Grottoes, towers and a well with a spiral stair in a wooded garden.
Palácio Nacional de Sintra | sight | 38.7976 -9.3907 | 60 | 13 | day | | Two giant kitchen chimneys above halls lined with early tiles.
Casa Piriquita | food | 38.7971 -9.3907 | 30 | 6 | midday afternoon | | Almond pastries called travesseiros, in the lane opposite the palace.
`;
